import { GenerateError } from '../../contract/errors.ts'
import type { Generate } from '../../contract/generate.ts'
import type { World } from '../../contract/world.ts'
import { type Asker, ask, createTally, isOverBudget } from '../ask.ts'
import type { Ending, Run } from '../job.ts'
import { assemble } from './assemble.ts'
import { askForOutlook, askForWork, limitsOf, type OutlookAnswer } from './questions.ts'
import { settle } from './settle.ts'
import type { Outlook, PlanDocument, Work } from './shapes.ts'
import { oneLine } from './text.ts'

const STEPS = 3
const NO_TASKS = 'The model named no task that has a title. Try another model.'

/**
 * The job: asks for what is missing, the work first and then the risks and milestones, and saves after each answer, so
 * that a run that begins again pays for nothing twice. Dates are computed after the first answer and after the second.
 */
export async function produce(
  planId: string,
  begin: PlanDocument,
  run: Run,
  { generate, world }: { readonly generate: Generate; readonly world: World },
): Promise<Ending> {
  const tally = createTally(begin.spent)
  let document = begin
  const save = async (changes: Partial<PlanDocument>): Promise<PlanDocument> => {
    const { calls, microUsd, unpriced, models } = tally.spent
    document = { ...document, ...changes, spent: { calls, microUsd, unpriced, models: [...models] } }
    await run.save(document)
    return document
  }
  const asker: Asker = {
    generate,
    model: begin.model,
    tool: 'plan_tasks',
    signal: run.signal,
    newId: () => world.id(),
    tally,
    ...(begin.cap_micro_usd !== undefined && { capMicroUsd: begin.cap_micro_usd }),
  }
  await save({})
  try {
    if (document.work === undefined || document.notes !== undefined) {
      run.progress({ message: document.work ? 'Revising the tasks' : 'Naming the tasks', done: 0, total: STEPS })
      const work = settle(await ask(asker, askForWork(document)), limitsOf(document))
      if (work.tasks.length === 0) throw new GenerateError({ kind: 'bad_response' }, NO_TASKS)
      const { notes: _, outlook: __, ...rest } = document
      document = rest
      await save({ work, plan: assemble(planId, { ...rest, work }, work, world.now()) })
    }
    const { work } = document
    if (work === undefined) throw new TypeError('there is no work to plan')
    if (document.outlook === undefined) {
      run.progress({ message: `${work.tasks.length} tasks; looking for risks and milestones`, done: 1, total: STEPS })
      await save({ outlook: await outlookOn(asker, document, work) })
    }
    run.progress({ message: 'Working out the dates', done: 2, total: STEPS })
    await save({ plan: assemble(planId, document, work, world.now()) })
    return { status: 'complete' }
  } catch (error) {
    // What was spent is known even where nothing came of it. A run that was taken over cannot save, and need not.
    await save({}).catch(() => undefined)
    if (!isOverBudget(error)) throw error
    return { status: 'stopped', message: error.message }
  }
}

/** A plan is worth having without its risks: where a model cannot name them, the plan says so. */
async function outlookOn(asker: Asker, document: PlanDocument, work: Work): Promise<Outlook> {
  try {
    return settled(await ask(asker, askForOutlook(document, work)))
  } catch (error) {
    if (!(error instanceof GenerateError) || !['bad_response', 'filtered'].includes(error.failure.kind)) throw error
    const message =
      'The model gave no usable risks and milestones, so this plan has none. Ask for them with notes, or of another model.'
    return { risks: [], milestones: [], findings: [{ code: 'P08', severity: 'warn', message }] }
  }
}

const MOST = 12

function settled({ risks, milestones }: OutlookAnswer): Outlook {
  const named = milestones.filter(({ title }) => title.trim() !== '').slice(0, MOST)
  return {
    risks: risks
      .filter(({ risk }) => risk.trim() !== '')
      .slice(0, MOST)
      .map((one) => ({ ...one, risk: oneLine(one.risk, 300), mitigation: oneLine(one.mitigation, 400) })),
    milestones: named.map(({ title, depends_on }, at) => ({
      id: `m${at + 1}`,
      title: oneLine(title, 120),
      depends_on: [...new Set(depends_on)],
    })),
    findings: [],
  }
}
