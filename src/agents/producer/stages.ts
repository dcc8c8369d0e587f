import { GenerateError } from '../../contract/errors.ts'
import { keepWorkedTasks } from '../../planning/index.ts'
import { askModel, type ModelAsker } from '../shared/ask-model.ts'
import type { Finding, Named, PlanDocument, Proposal, TasksAnswer } from './document.ts'
import { draftsOf } from './drafts.ts'
import { settledEstimates } from './estimate.ts'
import { askForElements, settledElements, toBreakDown } from './questions/elements.ts'
import { askForEstimates, toEstimate } from './questions/estimates.ts'
import { askForOutlook, settledOutlook } from './questions/outlook.ts'
import { askForScope, settledScope } from './questions/scope.ts'
import { answersFor, askForTasks, TASKS } from './questions/tasks.ts'
import { settle } from './settle.ts'
import { blocksOf } from './shooting.ts'
import { count } from './text.ts'

/**
 * One kind of question. `due` is true while the question is to be asked. `next` asks it once and returns the document with
 * the answer, which the caller saves at once.
 */
interface Stage {
  due(document: PlanDocument): boolean
  message(document: PlanDocument): string
  next(document: PlanDocument, asker: ModelAsker): Promise<PlanDocument>
}

const NO_TASKS = 'The model named no task that has a title. Try another model.'

const scope: Stage = {
  due: (document) => document.scope === undefined,
  message: () => 'Asking what is to be made',
  next: async (document, asker) => ({
    ...document,
    scope: settledScope(await askModel(asker, askForScope(document)), document),
  }),
}

const tasks: Stage = {
  due: ({ named, notes }) => named === undefined || notes !== undefined,
  message: ({ named, proposal }) =>
    named ? 'Revising the tasks' : proposal ? `${proposal.tasks.length} tasks so far` : 'Naming the tasks',
  async next(document, asker) {
    const { proposal, detail, named, history, shooting } = document
    const goal = document.scope ?? { deliverables: [], assumptions: [], roles: [] }
    const blocks = shooting ? blocksOf(shooting.schedule) : []
    const answer = await askModel(asker, askForTasks(document, goal, blocks))
    const all = joined(proposal, answer, answersFor(document))
    if (all.answers < answersFor(document)) return { ...document, proposal: all }
    const settled = settle(all, {
      mostTasks: TASKS[detail].most,
      blocks,
      deliverables: goal.deliverables,
      earlierIds: named?.tasks.map(({ id }) => id) ?? [],
      usedIds: history.flatMap((plan) => plan.tasks.map(({ id }) => id)),
    })
    const { proposal: _, notes: __, outlook: ___, ...rest } = document
    if (settled.tasks.length === 0) throw new NothingNamed({ ...rest, ...keptNotes(document) })
    const revised = withWorkedTasks(document, settled)
    const by_id = document.estimates?.by_id ?? {}
    return { ...rest, named: revised, estimates: { done: workedIds(document, by_id), by_id, findings: [] } }
  },
}

/** A revision keeps finished and started tasks. A finding lists those that the model left out. */
function withWorkedTasks({ named, progress }: PlanDocument, settled: Named): Named {
  const { tasks, kept } = keepWorkedTasks(named?.tasks ?? [], settled.tasks, (id) => progress[id]?.status ?? 'open')
  const ids = kept.map(({ id }) => `${id} (${progress[id]?.status})`).join(', ')
  const finding: Finding = {
    code: 'P02',
    severity: 'info',
    message: `Kept, because work on them was reported: ${ids}.`,
  }
  const left = settled.findings.filter(({ message }) => !/^Left out in this revision/.test(message))
  const gone = (named?.tasks ?? []).map(({ id }) => id).filter((id) => !tasks.some((task) => task.id === id))
  const leftOut: Finding = { code: 'P02', severity: 'info', message: `Left out in this revision: ${gone.join(', ')}.` }
  return {
    ...settled,
    tasks: tasks.map((task) => ({ ...task, depends_on: [...task.depends_on] })),
    findings: kept.length > 0 ? [...left, ...(gone.length > 0 ? [leftOut] : []), finding] : settled.findings,
  }
}

/** Tasks with reported work. They keep their estimate because the reports say more than a new estimate. */
function workedIds({ progress }: PlanDocument, estimates: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(progress).filter((id) => progress[id]?.status !== 'blocked' && Object.hasOwn(estimates, id))
}

/**
 * The answers so far and the next one. Each of several answers may number its tasks from 1, so the ids of all but the last
 * get the letter of the answer (`a.t1`), and later questions use these ids.
 */
function joined(before: Proposal | undefined, { tasks: named, shooting }: TasksAnswer, answers: number): Proposal {
  const nth = before?.answers ?? 0
  const own = new Set(named.map(({ id }) => id))
  const letter = (id: string): string =>
    nth + 1 < answers && own.has(id) ? `${String.fromCharCode(97 + nth)}.${id}` : id
  return {
    answers: nth + 1,
    tasks: [
      ...(before?.tasks ?? []),
      ...named.map((task) => ({ ...task, id: letter(task.id), depends_on: task.depends_on.map(letter) })),
    ],
    ...(shooting && { shooting: { ...shooting, task_ids: [...shooting.task_ids] } }),
  }
}

/** The error of answers without any task. `document` is the document without these answers. */
export class NothingNamed extends GenerateError {
  readonly document: PlanDocument
  constructor(document: PlanDocument) {
    super({ kind: 'bad_response' }, NO_TASKS)
    this.document = document
  }
}

function keptNotes({ notes }: PlanDocument): Pick<PlanDocument, 'notes'> {
  return notes === undefined ? {} : { notes }
}

const estimates: Stage = {
  due: (document) => toEstimate(document).length > 0,
  message: ({ named }) => `Estimating ${count(named?.tasks.length ?? 0, 'task')}`,
  async next(document, asker) {
    const some = toEstimate(document)
    const answer = await askModel(asker, askForEstimates(document, some))
    const { by_id, findings } = settledEstimates(answer.estimates, some)
    const before = document.estimates ?? { done: [], by_id: {}, findings: [] }
    return {
      ...document,
      estimates: {
        done: [...before.done, ...some.map(({ id }) => id)],
        by_id: { ...before.by_id, ...by_id },
        findings: [...before.findings, ...findings],
      },
    }
  },
}

const outlook: Stage = {
  due: (document) => document.outlook === undefined,
  message: ({ named }) => `${count(named?.tasks.length ?? 0, 'task')}; looking for risks and milestones`,
  async next(document, asker) {
    const drafts = draftsOf(document) ?? []
    const found = await orNot(async () => settledOutlook(await askModel(asker, askForOutlook(document, drafts))))
    const none =
      'The model gave no usable risks and milestones, so this plan has none. Ask for them with notes, or of another model.'
    return { ...document, outlook: found ?? { risks: [], milestones: [], findings: [missing('P08', none)] } }
  },
}

const elements: Stage = {
  due: (document) => toBreakDown(document).length > 0,
  message: ({ scenes }) => `Looking for props, wardrobe and the like in ${count(scenes.length, 'scene')}`,
  async next(document, asker) {
    const some = toBreakDown(document)
    const found = await orNot(async () => settledElements(await askModel(asker, askForElements(document, some)), some))
    const before = document.elements ?? { done: [], list: [], findings: [] }
    const numbers = some.map(({ scene }) => scene)
    const none = `The model gave no usable breakdown of scenes ${numbers.join(', ')}: props, wardrobe and the like are missing there.`
    return {
      ...document,
      elements: {
        done: [...before.done, ...numbers],
        list: [...before.list, ...(found ?? [])],
        findings: found ? before.findings : [...before.findings, missing('P09', none)],
      },
    }
  },
}

/** The stages in order. A stage is due again when its result is dropped. */
export const STAGES: readonly Stage[] = [scope, tasks, estimates, outlook, elements]

/** Undefined where the model gives no valid answer, because the plan is useful without this part. */
async function orNot<T>(asked: () => Promise<T>): Promise<T | undefined> {
  try {
    return await asked()
  } catch (error) {
    if (error instanceof GenerateError && ['bad_response', 'filtered'].includes(error.failure.kind)) return undefined
    throw error
  }
}

function missing(code: string, message: string): Finding {
  return { code, severity: 'warn', message }
}
