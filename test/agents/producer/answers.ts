import { createProducer, type PlanInput, type PlanResult } from '../../../src/agents/producer/index.ts'
import type { PublishedScript } from '../../../src/agents/shared/published-script.ts'
import type { Generate, GenerateRequest } from '../../../src/contract/generate.ts'
import type { Plan } from '../../../src/planning/index.ts'
import { memoryDocumentStore } from '../../support/document-store.ts'
import { scriptedModel } from '../../support/scripted-model.ts'
import { testWorld } from '../../support/test-world.ts'

export type Task = ReturnType<typeof task>

export const task = (id: string, title: string, role: string, hours: number, ...depends_on: string[]) => ({
  id,
  title,
  description: `${title}, in full.`,
  role,
  estimate_hours: hours,
  estimate_basis: 'two like it',
  depends_on,
  priority: 'medium' as const,
  acceptance: `${title}: seen to be done.`,
})

export const TASKS: readonly Task[] = [
  task('t1', 'Write the script', 'Writer', 16),
  task('t2', 'Find the places', 'Producer', 8),
  task('t3', 'Cast the parts', 'Producer', 12, 't1'),
  task('t4', 'Shoot the film', 'Crew', 40, 't2', 't3'),
  task('t5', 'Cut the film', 'Editor', 30, 't4'),
]
export const ROLES = ['Writer', 'Producer', 'Crew', 'Editor'].map((role) => ({ role, count: 1 }))

export const scopeAnswer = (roles: readonly object[] = ROLES): string =>
  JSON.stringify({ deliverables: ['The film'], assumptions: ['No rain'], roles })

/** The tasks without their hours, which are asked for later. */
export const tasksAnswer = (tasks: readonly Task[]): string =>
  JSON.stringify({
    tasks: tasks.map(({ estimate_hours: _, estimate_basis: __, ...one }) => ({ ...one, deliverable: 'd1' })),
  })

/** Estimates of the tasks in a question, found by their titles, with the hours of the list. */
export const estimatesAnswer =
  (tasks: readonly Task[], of: (hours: number) => readonly number[] = (hours) => [hours, hours, hours]) =>
  (request: GenerateRequest): string => {
    const asked = [...String(Object(request.messages[0]?.parts[0])['text']).matchAll(/^- (t\d[\w-]*): (.+) \(/gm)]
    const each = asked.map(([, id = '', title = '']) => {
      const hours = tasks.find((one) => one.title.trim() === title || title.startsWith(one.title.slice(0, 40)))
      const [optimistic_hours, likely_hours, pessimistic_hours] = of(hours?.estimate_hours ?? 1)
      return [id, { optimistic_hours, likely_hours, pessimistic_hours, estimate_basis: 'two like it' }]
    })
    return JSON.stringify({ estimates: Object.fromEntries(each) })
  }

/** The first three answers of a model without errors. */
export const planAnswers = (tasks: readonly Task[]): Parameters<typeof scriptedModel>[0] => [
  scopeAnswer(),
  tasksAnswer(tasks),
  estimatesAnswer(tasks),
]

/** Risks, and milestones on the tasks of the question, whose ids are read from it as a model would. */
export const outlookAnswer = (request: GenerateRequest): string => {
  const ids = [...JSON.stringify(request.messages).matchAll(/- (t\d[\w-]*|shoot-\d+):/g)].map(([, id]) => id)
  return JSON.stringify({
    risks: [{ risk: 'Rain', likelihood: 'high', impact: 'low', mitigation: 'A tent' }],
    milestones: [{ title: 'The film is there', depends_on: ids.slice(-1) }],
  })
}

export const shootingAnswer = (tasks: readonly Task[], ...task_ids: string[]): string =>
  JSON.stringify({ ...JSON.parse(tasksAnswer(tasks)), shooting: { role: 'Crew', task_ids } })

export const NEVER_ABORTED = new AbortController().signal
// 2026-01-01 is a Thursday.
export const GOAL: PlanInput = { goal: 'A short film', model: 'fake/m' }

export function setUpProducer(turns: Parameters<typeof scriptedModel>[0], generate?: Generate) {
  const world = testWorld()
  const documents = memoryDocumentStore()
  const upstream = scriptedModel(turns)
  const scripts = new Map<string, PublishedScript>()
  const producer = createProducer({
    generate: generate ?? upstream.generate,
    documents,
    world,
    script: async (id) => scripts.get(id),
  })
  const plan = (input: PlanInput): Promise<PlanResult> => producer.plan(input, { signal: NEVER_ABORTED })
  const document = async (id: string): Promise<Plan> => JSON.parse((await producer.export(id, 'json')) ?? 'null')
  return { world, documents, scripts, upstream, producer, plan, document }
}

export const findingMessages = (result: PlanResult): readonly string[] => result.findings.map(({ message }) => message)
export const taskIds = (result: PlanResult): readonly string[] => result.tasks.map(({ id }) => id)
