import { z } from 'zod'
import type { Question } from '../../shared/ask-model.ts'
import type { PlanDocument, Scope, TasksAnswer } from '../document.ts'
import { complaints } from '../settle.ts'
import type { ShootingBlock } from '../shooting.ts'
import { goalOf, heardOnce, people, SYSTEM, TOKENS_AROUND } from './goal.ts'

/** The number of tasks of a whole plan: asked for, too few, and kept at most. */
export const TASKS = {
  outline: { wanted: [6, 10], least: 3, most: 15 },
  standard: { wanted: [12, 25], least: 5, most: 40 },
  fine: { wanted: [25, 50], least: 10, most: 75 },
} as const

/** Tasks asked for in one answer at most. */
const TASKS_AN_ANSWER = 25
/** A task is about 120 tokens of JSON. */
const TOKENS_A_TASK = 160

/** The number of answers that name all tasks, each for a share of the deliverables. A revision is one answer. */
export function answersFor({ detail, scope, notes, named }: PlanDocument): number {
  if (named && notes !== undefined) return 1
  return Math.max(1, Math.min(Math.ceil(TASKS[detail].wanted[1] / TASKS_AN_ANSWER), scope?.deliverables.length ?? 1))
}

/** The next question for tasks. `blocks` are the days of shooting, which come from the screenplay. */
export function askForTasks(
  document: PlanDocument,
  scope: Scope,
  blocks: readonly ShootingBlock[],
): Question<TasksAnswer> {
  const { detail, proposal, named, notes } = document
  const answers = answersFor(document)
  const answer = proposal?.answers ?? 0
  const share = deliverablesOf(scope, answer, answers)
  const isLast = answer === answers - 1
  const { wanted, least, most } = TASKS[detail]
  const size = named && notes !== undefined ? Math.max(wanted[1], named.tasks.length) : Math.ceil(wanted[1] / answers)
  const schema = tasksSchema(
    share.map(({ id }) => id),
    Math.ceil(least / answers),
  )
  return {
    name: 'tasks',
    subject: 'the tasks of the plan',
    schema: blocks.length > 0 && isLast ? schema.extend({ shooting: ShootingAnswer }) : schema,
    system: SYSTEM,
    prompt: prompt(document, { share, blocks, isLast, wanted: wanted.map((one) => Math.ceil(one / answers)) }),
    maxOutputTokens: TOKENS_AROUND + TOKENS_A_TASK * size,
    ...heardOnce((given: TasksAnswer) =>
      complaints(given, { mostTasks: most, blocks, earlier: proposal?.tasks ?? [], deliverables: share }),
    ),
  }
}

function tasksSchema(deliverables: readonly string[], least: number) {
  return z.object({
    tasks: z
      .array(
        z.object({
          id: z.string().describe('t1, t2, …'),
          title: z.string().describe('What is done, beginning with a verb'),
          description: z.string().describe('One or two sentences, enough for someone else to do it'),
          role: z.string().describe('Who does it: one of the team, word for word'),
          depends_on: z.array(z.string()).describe('Ids of the tasks that must be finished before it can start'),
          priority: z.enum(['high', 'medium', 'low']).describe('low: the goal is met without it'),
          acceptance: z.string().describe('How to tell that it is done'),
          deliverable: z.enum(deliverables).describe('The one it helps to make'),
        }),
      )
      .min(least),
  })
}

/** The finished and started tasks, worded for the model; undefined where there are none. */
function reportedWork({ progress }: PlanDocument): string | undefined {
  const worked = Object.entries(progress).filter(([, { status }]) => status === 'done' || status === 'started')
  if (worked.length === 0) return undefined
  const list = worked.map(
    ([id, { status, hours }]) => `${id}: ${status}${hours === undefined ? '' : `, ${hours} hours`}`,
  )
  return `Work reported so far; these tasks stay, with their ids:\n${list.join('\n')}`
}

const ShootingAnswer = z.object({
  role: z.string().describe('Who shoots: one of the team, word for word'),
  task_ids: z.array(z.string()).describe('Ids of the tasks that must be finished before the first day of shooting'),
})

function deliverablesOf({ deliverables }: Scope, answer: number, answers: number): Scope['deliverables'] {
  const from = Math.floor((answer * deliverables.length) / answers)
  return deliverables.slice(from, Math.floor(((answer + 1) * deliverables.length) / answers))
}

function prompt(
  document: PlanDocument,
  ask: {
    readonly share: Scope['deliverables']
    readonly blocks: readonly ShootingBlock[]
    readonly isLast: boolean
    readonly wanted: readonly number[]
  },
): string {
  const { named, notes, proposal, scope, constraints } = document
  const { share, blocks, isLast } = ask
  const revised = named && notes !== undefined
  const roles = constraints.team ?? scope?.roles ?? []
  const parts: readonly (string | false | undefined)[] = [
    goalOf(document),
    !constraints.team && roles.length > 0 && `The team: ${people(roles)}.`,
    `The deliverables${share.length < (scope?.deliverables.length ?? 0) ? ' to name tasks for now' : ''}:\n${share.map(({ id, title }) => `- ${id}: ${title}`).join('\n')}`,
    blocks.length > 0 &&
      [
        `The shooting is planned already, one day after the other; do not list it.${isLast ? ' Say who shoots and which of your tasks must be finished before the first day.' : ''} Your tasks may depend on its days by their ids:`,
        ...blocks.map(({ id, title, description }) => `- ${id}: ${title}. ${description}`),
      ].join('\n'),
    !revised &&
      proposal &&
      proposal.tasks.length > 0 &&
      `The tasks so far, which yours may depend on by these ids and must not repeat:\n${proposal.tasks.map(({ id, title, role }) => `- ${id}: ${title} (${role})`).join('\n')}`,
    revised &&
      `The tasks as they are:\n${JSON.stringify(named.tasks)}\nGive all tasks as they should be. A task that stays keeps its id; a new one gets an id of its own.`,
    revised && reportedWork(document),
    notes !== undefined && `The notes that must be met:\n${notes}`,
    `Break the work down into ${ask.wanted.join(' to ')} tasks${blocks.length > 0 ? ' beside the shooting' : ''}, with at least one for every deliverable. Let a task wait only for what it truly needs, so that people can work side by side; no task waits for itself, for one that is not in the list, or in a circle. No task should be longer than two weeks of one person's work.`,
  ]
  return parts.filter(Boolean).join('\n\n')
}
