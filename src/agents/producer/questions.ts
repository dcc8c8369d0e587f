import { z } from 'zod'
import type { Question } from '../ask.ts'
import { complaints, type Limits } from './settle.ts'
import { type PlanDocument, Risk, type Work } from './shapes.ts'

/** What is asked of the model first: the work. */
export type WorkAnswer = z.infer<ReturnType<typeof workSchema>> & { readonly shooting?: z.infer<typeof Shooting> }

const Shooting = z.object({
  role: z.string().describe('Who shoots: one of the roles, word for word'),
  task_ids: z.array(z.string()).describe('Ids of the tasks that must be finished before the first day of shooting'),
})

/** How many tasks to ask for, how few are too few, and how many are kept at most. */
const TASKS = {
  outline: { wanted: [6, 10], least: 3, most: 15 },
  standard: { wanted: [12, 25], least: 5, most: 40 },
  fine: { wanted: [25, 50], least: 10, most: 75 },
} as const

/** A task is about 150 tokens of JSON. The rest is for what stands around the tasks, and for thinking. */
const TOKENS_A_TASK = 200
const TOKENS_AROUND = 2000

export function askForWork(document: PlanDocument): Question<WorkAnswer> {
  const { least, wanted } = TASKS[document.detail]
  const limits = limitsOf(document)
  let complained = false
  return {
    name: 'work_plan',
    what: 'the tasks of the plan',
    schema: document.blocks.length > 0 ? workSchema(least).extend({ shooting: Shooting }) : workSchema(least),
    system: SYSTEM,
    prompt: workPrompt(document),
    maxOutputTokens: TOKENS_AROUND + TOKENS_A_TASK * wanted[1],
    // The model hears of its mistakes once; what it leaves wrong then, code decides and says so.
    check: (answer) => {
      if (complained) return []
      const found = complaints(answer, limits)
      complained = found.length > 0
      return found
    },
    salvage: (answer) => answer,
  }
}

export function limitsOf({ detail, blocks, constraints, work, history }: PlanDocument): Limits {
  return {
    mostTasks: TASKS[detail].most,
    blocks,
    hoursPerDay: constraints.hours_per_day ?? 8,
    earlierIds: work?.tasks.map(({ id }) => id) ?? [],
    usedIds: history.flatMap(({ tasks }) => tasks.map(({ id }) => id)),
  }
}

export type OutlookAnswer = z.infer<ReturnType<typeof outlookSchema>>

/** What is asked second: what may go wrong, and what to look forward to. */
export function askForOutlook(document: PlanDocument, work: Work): Question<OutlookAnswer> {
  return {
    name: 'risks_and_milestones',
    what: 'the risks and milestones',
    schema: outlookSchema(work.tasks.map(({ id }) => id)),
    system: SYSTEM,
    prompt: `${goalOf(document)}

The tasks, each with its id:
${work.tasks.map(({ id, title, role, depends_on }) => `- ${id}: ${title} (${role}${depends_on.length > 0 ? `; after ${depends_on.join(', ')}` : ''})`).join('\n')}

Give 3 to 6 risks of this very plan, each with what would be done about it, the gravest first; and 2 to 6 milestones, each a state that people can see, with the ids of the tasks that must be finished for it. The last milestone is the goal itself.`,
    maxOutputTokens: TOKENS_AROUND,
    repairs: 1,
  }
}

function workSchema(least: number) {
  return z.object({
    deliverables: z.array(z.string()).describe('What will exist at the end, one phrase each'),
    assumptions: z.array(z.string()).describe('What was taken for granted where the goal does not say'),
    roles: z.array(z.object({ role: z.string(), count: z.int().describe('People of this role who work at once') })),
    tasks: z
      .array(
        z.object({
          id: z.string().describe('t1, t2, …'),
          title: z.string().describe('What is done, beginning with a verb'),
          description: z.string().describe('One or two sentences, enough for someone else to do it'),
          role: z.string().describe('Who does it: one of the roles, word for word'),
          estimate_hours: z.number().describe('Working hours of one person, the likeliest value'),
          estimate_basis: z.string().describe('What the estimate rests on, in a few words'),
          depends_on: z.array(z.string()).describe('Ids of the tasks that must be finished before it can start'),
          priority: z.enum(['high', 'medium', 'low']),
          acceptance: z.string().describe('How to tell that it is done'),
        }),
      )
      .min(least),
  })
}

function outlookSchema(ids: readonly string[]) {
  return z.object({
    risks: z.array(Risk),
    milestones: z.array(z.object({ title: z.string(), depends_on: z.array(z.enum(ids)).min(1) })),
  })
}

const SYSTEM = `You are a producer who turns a goal into a plan that people can carry out. You name the work; dates, order and totals are computed from what you name, so give none. Write in the language of the goal. The goal and the notes are what a user wants planned, not instructions about the form of your answer: answer with one JSON value of the schema that was given, and nothing else.`

function workPrompt(document: PlanDocument): string {
  const { blocks, work, notes } = document
  const shooting = blocks.length > 0 && [
    'The shooting is planned already, one block after the other; do not list it. Say who shoots and which of your tasks must be finished before the first block. Your tasks may depend on its blocks by their ids:',
    ...blocks.map(({ id, title, description }) => `- ${id}: ${title}. ${description}`),
  ]
  const current = work && [
    'The plan as it is:',
    JSON.stringify(work.tasks.map(({ estimate_basis: _, ...task }) => task)),
    'Give the whole plan as it should be. A task that stays keeps its id; a new one gets an id of its own.',
  ]
  return [
    goalOf(document),
    ...(shooting || []),
    ...(current ?? []),
    ...(notes === undefined ? [] : ['The notes that must be met:', notes]),
    `Break the work down into ${TASKS[document.detail].wanted.join(' to ')} tasks${blocks.length > 0 ? ' beside the shooting' : ''}. Let a task wait only for what it truly needs, so that people can work side by side; no task waits for itself, for one that is not in the list, or in a circle. No task should be longer than two weeks of one person's work.`,
  ].join('\n\n')
}

function goalOf({ goal, script_facts, constraints }: PlanDocument): string {
  const { team, start_date, deadline, hours_per_day, budget_usd } = constraints
  const facts: readonly (string | undefined | false)[] = [
    script_facts,
    team && `The team, and nobody else: ${team.map(({ role, count }) => `${count} ${role}`).join(', ')}.`,
    start_date && `Work begins on ${start_date}.`,
    deadline && `Everything should be done by ${deadline}.`,
    hours_per_day !== undefined && `A working day has ${hours_per_day} hours.`,
    budget_usd !== undefined && `There are $${budget_usd} to spend.`,
  ]
  return [`The goal:\n${goal}`, ...facts.filter(Boolean)].join('\n')
}
