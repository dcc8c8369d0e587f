import { describe, expect, test } from 'vitest'
import { createProducer, type PlanInput } from '../../../src/agents/producer/index.ts'
import { createJobs } from '../../../src/agents/shared/jobs.ts'
import { GenerateError } from '../../../src/contract/errors.ts'
import type { Attempt, Generate, GenerateEvent } from '../../../src/contract/generate.ts'
import { checkPlan, type Plan } from '../../../src/planning/index.ts'
import { createUnderstudyProvider } from '../../../src/providers/understudy/provider.ts'
import { memoryDocumentStore } from '../../support/document-store.ts'
import { scriptedModel } from '../../support/scripted-model.ts'
import { testWorld } from '../../support/test-world.ts'
import {
  estimatesAnswer,
  findingMessages,
  GOAL,
  NEVER_ABORTED,
  outlookAnswer,
  planAnswers,
  ROLES,
  scopeAnswer,
  setUpProducer,
  TASKS,
  type Task,
  task,
  taskIds,
  tasksAnswer,
} from './answers.ts'

describe('a plan of a goal', () => {
  test('the model names the work, code does the arithmetic', async () => {
    const { plan, upstream, document } = setUpProducer([...planAnswers(TASKS), outlookAnswer])
    const result = await plan({ ...GOAL, constraints: { start_date: '2026-03-02' } })
    expect(result).toMatchObject({
      plan_id: 'id2',
      status: 'complete',
      goal: 'A short film',
      critical_path: ['t01-write-the-script', 't03-cast-the-parts', 't04-shoot-the-film', 't05-cut-the-film'],
      makespan_hours: 98,
      risks: [{ risk: 'Rain', likelihood: 'high', impact: 'low', mitigation: 'A tent' }],
      milestones: [{ id: 'm1', title: 'The film is there', depends_on: ['t05-cut-the-film'], at: '2026-03-18T11:00' }],
      resource: 'plan://id2',
      calls: 4,
    })
    expect(result.tasks.find(({ id }) => id === 't02-find-the-places')).toEqual({
      id: 't02-find-the-places',
      title: 'Find the places',
      description: 'Find the places, in full.',
      role: 'Producer',
      estimate_hours: 8,
      estimate_basis: '8, 8 or 8 hours: two like it',
      status: 'open',
      depends_on: [],
      priority: 'medium',
      acceptance: 'Find the places: seen to be done.',
      start: '2026-03-02T09:00',
      finish: '2026-03-02T17:00',
      slack_hours: 20,
      critical: false,
    })
    expect(result.gantt).toContain('Shoot the film :crit, t04-shoot-the-film, 2026-03-05 13:00, 2026-03-12 13:00')
    expect(findingMessages(result)).toEqual([
      'No team was given; this plan is for 1 Writer, 1 Producer, 1 Crew, 1 Editor.',
    ])
    expect(result.next).toBe(
      'Can start now: t01-write-the-script Write the script (Writer); t02-find-the-places Find the places (Producer).',
    )
    expect(checkPlan(await document('id2'))).toEqual([])
    expect(upstream.requests.map(({ json }) => json?.name)).toEqual([
      'scope',
      'tasks',
      'estimates',
      'risks_and_milestones',
    ])
  })

  test('without a start date the plan starts today or on the next working day, with a finding', async () => {
    const { plan } = setUpProducer([...planAnswers(TASKS), outlookAnswer])
    const result = await plan(GOAL)
    expect(result.tasks[0]?.start).toBe('2026-01-01T09:00')
    expect(findingMessages(result)).toContain('No start date was given: the plan starts on 2026-01-01.')
  })

  test('a team is a limit: no person has two tasks at once', async () => {
    const { plan, document } = setUpProducer([...planAnswers(TASKS), outlookAnswer])
    const result = await plan({
      ...GOAL,
      constraints: {
        team: [
          { role: 'writer', count: 1 },
          { role: 'Crew', count: 2 },
        ],
      },
    })
    expect(checkPlan(await document('id2'))).toEqual([])
    expect(findingMessages(result)).toContain(
      'Needed, but not in the team: Producer, Editor. One of each was added; without them the plan cannot be kept.',
    )
    expect(new Set(result.tasks.map(({ role }) => role))).toEqual(new Set(['writer', 'Producer', 'Crew', 'Editor']))
  })

  test('roles are matched by their words: a lead editor is the editor', async () => {
    const tasks = TASKS.map((one) => (one.role === 'Editor' ? { ...one, role: 'Lead editor' } : one))
    const { plan } = setUpProducer([...planAnswers(tasks), outlookAnswer])
    const result = await plan({ ...GOAL, constraints: { team: ROLES } })
    expect(result.tasks.find(({ title }) => title === 'Cut the film')?.role).toBe('Editor')
    expect(findingMessages(result)).toContain('The role "Lead editor" was taken to be Editor.')
  })

  test('a finding gives the delay by a limited team and the bound of the plan', async () => {
    const tasks = ['a', 'b', 'c'].map((id) => task(id, `Do ${id}`, 'Hand', 8))
    const { plan } = setUpProducer([
      ...planAnswers([...tasks, task('d', 'Do d', 'Other', 1), task('e', 'Do e', 'Other', 1)]),
      outlookAnswer,
    ])
    const result = await plan({
      ...GOAL,
      constraints: {
        team: [
          { role: 'Hand', count: 1 },
          { role: 'Other', count: 1 },
        ],
      },
    })
    expect(result.makespan_hours).toBe(24)
    expect(findingMessages(result)).toContain(
      'With this team the plan takes 24 hours; with more people it could take 8 (slack and the critical path count dependencies only). Hand has the most work. No order of work is shorter.',
    )
  })

  test.each([
    [
      { start_date: '2026-03-02', deadline: '2026-03-06' },
      'The deadline 2026-03-06 cannot be met with this plan: it finishes on 2026-03-18 11:00, 58 working hours (7.25 days) too late. No team can meet it without cutting work: the longest chain of dependencies alone ends 58 working hours (7.25 days) too late. Scope: it is met without t04-shoot-the-film (Shoot the film; medium), t05-cut-the-film (Cut the film; medium).',
    ],
    [
      { start_date: '2026-03-02', budget_usd: 0 },
      'There is no money, and 106 hours of work: the plan holds only if all work is unpaid.',
    ],
    [
      { start_date: '2026-03-02', budget_usd: 1000 },
      'No rates are known, so the budget cannot be checked: $1000 covers the 106 hours of work at $9.43 an hour or less, everything else left out. Give constraints.day_rates to have it checked.',
    ],
  ])('a limit is answered first, with its shortfall: %j', async (constraints, message) => {
    const { plan } = setUpProducer([...planAnswers(TASKS), outlookAnswer])
    expect(findingMessages(await plan({ ...GOAL, constraints }))[0]).toBe(message)
  })

  test('a deadline that is met is not mentioned', async () => {
    const { plan } = setUpProducer([...planAnswers(TASKS), outlookAnswer])
    const result = await plan({ ...GOAL, constraints: { start_date: '2026-03-02', deadline: '2026-03-18' } })
    expect(findingMessages(result).filter((message) => message.includes('deadline'))).toEqual([])
  })

  test('a plan without risks is complete, with a finding for the missing part', async () => {
    const { plan } = setUpProducer([...planAnswers(TASKS), 'I would rather not.', 'Really not.'])
    const result = await plan(GOAL)
    expect(result).toMatchObject({ status: 'complete', risks: [], milestones: [], calls: 5 })
    expect(findingMessages(result)[0]).toContain('no usable risks and milestones')
  })

  test('the plan is exported in every format of its resource', async () => {
    const { plan, producer } = setUpProducer([...planAnswers(TASKS), outlookAnswer])
    await plan(GOAL)
    for (const [format, start] of [
      ['json', '{'],
      ['md', '# A short film'],
      ['mermaid', 'gantt'],
      ['csv', 'id,title'],
      ['ics', 'BEGIN:VCALENDAR'],
      ['dot', 'digraph'],
      ['mspdi', '<\\?xml'],
      ['html', '<!doctype html>'],
    ] as const) {
      expect(await producer.export('id2', format)).toMatch(new RegExp(`^${start}`))
    }
    expect(await producer.export('id2', 'toString')).toBeUndefined()
    expect(await producer.export('unknown', 'json')).toBeUndefined()
    expect(await producer.get('id2')).toMatchObject({ plan_id: 'id2', status: 'complete' })
    expect(await producer.get('unknown')).toBeUndefined()
  })
})

const without = (index: number, ...replacements: Task[]): readonly Task[] => TASKS.toSpliced(index, 1, ...replacements)
const many = Array.from({ length: 400 }, (_, at) =>
  task(`t${at}`, `Step ${at}`, 'Crew', 1, ...(at > 0 ? [`t${at - 1}`] : [])),
)

describe('any answer of a model becomes a valid plan, with a finding for every repair', () => {
  test.each<{ what: string; tasks: readonly Task[]; problem: string; finding: string; count: number }>([
    {
      what: 'a cycle',
      tasks: without(0, task('t1', 'Write the script', 'Writer', 16, 't4')),
      problem: 'These tasks wait for each other, each for the next: t1 -> t4 -> t3 -> t1. Break the circle.',
      finding:
        'Tasks waited for each other in a cycle (t01-write-the-script -> t04-shoot-the-film -> t03-cast-the-parts -> t01-write-the-script); the dependency of t01-write-the-script on t04-shoot-the-film was dropped, because t04-shoot-the-film is listed later.',
      count: 5,
    },
    {
      what: 'an unknown id',
      tasks: without(1, task('t2', 'Find the places', 'Producer', 8, 't77')),
      problem: 'Task "t2" depends on "t77", which is not in the list.',
      finding: 't02-find-the-places depended on "t77", which is not a task; that dependency was dropped.',
      count: 5,
    },
    {
      what: 'a task that waits for itself',
      tasks: without(1, task('t2', 'Find the places', 'Producer', 8, 't2')),
      problem: 'These tasks wait for each other, each for the next: t2 -> t2. Break the circle.',
      finding: 't02-find-the-places depended on itself; that dependency was dropped.',
      count: 5,
    },
    {
      what: 'two tasks with one id',
      tasks: [...TASKS, task('t5', 'Show the film', 'Producer', 2, 't4')],
      problem: 'Two tasks have the id "t5".',
      finding: 'Two tasks had the id "t5"; "Show the film" got one of its own, and dependencies on it mean the first.',
      count: 6,
    },
    {
      what: 'an empty title',
      tasks: without(1, task('t2', '  ', 'Producer', 8)),
      problem: 'Task "t2" has no title.',
      finding: 'The model gave a task without a title ("t2"); it was dropped.',
      count: 4,
    },
    {
      what: 'far too many tasks',
      tasks: many,
      problem: 'There are 400 tasks: give at most 40.',
      finding: 'The model gave 400 tasks; those after the first 40 were dropped, from "Step 40" on.',
      count: 40,
    },
  ])('$what', async ({ tasks, problem, finding, count }) => {
    const { plan, upstream, document } = setUpProducer([
      scopeAnswer(),
      tasksAnswer(tasks),
      tasksAnswer(tasks),
      ...Array.from({ length: Math.ceil(count / 25) }, () => estimatesAnswer(tasks)),
      outlookAnswer,
    ])
    const result = await plan(GOAL)
    expect(result).toMatchObject({ status: 'complete', calls: 4 + Math.ceil(count / 25) })
    expect(JSON.stringify(upstream.requests[2]?.messages.at(-1))).toContain(JSON.stringify(problem).slice(1, -1))
    expect(findingMessages(result)).toContain(finding)
    expect(result.tasks).toHaveLength(count)
    expect(checkPlan(await document('id2'))).toEqual([])
  })

  test.each<{
    what: string
    of: (hours: number) => readonly number[]
    problem: string
    finding: string
    hours: number
  }>([
    {
      what: 'negative hours',
      of: (hours) => (hours === 8 ? [-8, 8, 8] : [hours, hours, hours]),
      problem: '"t02-find-the-places" takes -8, 8, 8 hours: give numbers above 0 and at most 1000.',
      finding:
        'The model gave t02-find-the-places -8, 8, 8 hours; it was given 16, the usual length of a task of this plan.',
      hours: 16,
    },
    {
      what: 'absurd hours',
      of: (hours) => (hours === 8 ? [8, 8, 1e9] : [hours, hours, hours]),
      problem: '"t02-find-the-places" takes 8, 8, 1000000000 hours: give numbers above 0 and at most 1000.',
      finding:
        'The model gave t02-find-the-places 8, 8, 1000000000 hours; it was given 1000, the most that one task may take.',
      hours: 1000,
    },
    {
      what: 'the most before the least',
      of: (hours) => [hours * 3, hours, hours / 2],
      problem: '"t02-find-the-places" takes 24, 8, 4 hours: give the least first and the most last.',
      finding: 'The model gave t02-find-the-places 24, 8, 4 hours; they were put in order.',
      hours: 10,
    },
  ])('estimates with $what', async ({ of, problem, finding, hours }) => {
    const { plan, upstream, document } = setUpProducer([
      scopeAnswer(),
      tasksAnswer(TASKS),
      estimatesAnswer(TASKS, of),
      estimatesAnswer(TASKS, of),
      outlookAnswer,
    ])
    const result = await plan(GOAL)
    expect(result).toMatchObject({ status: 'complete', calls: 5 })
    expect(JSON.stringify(upstream.requests[3]?.messages.at(-1))).toContain(JSON.stringify(problem).slice(1, -1))
    expect(findingMessages(result)).toContain(finding)
    expect(result.tasks.find(({ title }) => title === 'Find the places')?.estimate_hours).toBe(hours)
    expect(checkPlan(await document('id2'))).toEqual([])
  })

  test('a task without an estimate is asked for again, by its id', async () => {
    const one = JSON.stringify({ estimates: {} })
    const { plan, upstream } = setUpProducer([
      scopeAnswer(),
      tasksAnswer(TASKS),
      one,
      one,
      estimatesAnswer(TASKS),
      outlookAnswer,
    ])
    const failed = await plan(GOAL)
    expect(failed).toMatchObject({ status: 'failed', calls: 4, tasks: [] })
    expect(JSON.stringify(upstream.requests[3]?.messages.at(-1))).toContain('estimates.t01-write-the-script')
    expect(await plan({ plan_id: 'id2' })).toMatchObject({ status: 'complete', calls: 6 })
  })

  test('a fine plan is named in several answers, which may number their tasks alike', async () => {
    const many = JSON.stringify({ deliverables: ['The film', 'The poster'], assumptions: [], roles: ROLES })
    const half = (deliverable: string, ...tasks: readonly Task[]): string =>
      JSON.stringify({ tasks: JSON.parse(tasksAnswer(tasks)).tasks.map((one: object) => ({ ...one, deliverable })) })
    const posters = ['Sketch', 'Print', 'Hang', 'Show', 'Sell'].map((title, at) =>
      task(`t${at + 1}`, `${title} the poster`, 'Producer', 2, ...(at > 0 ? [`t${at}`] : ['a.t5'])),
    )
    const { plan, upstream, document } = setUpProducer([
      many,
      half('d1', ...TASKS),
      half('d2', ...posters),
      estimatesAnswer([...TASKS, ...posters]),
      outlookAnswer,
    ])
    const result = await plan({ ...GOAL, detail: 'fine' })
    expect(result).toMatchObject({ status: 'complete', calls: 5 })
    expect(JSON.stringify(upstream.requests[2]?.messages)).toContain('- a.t5: Cut the film (Editor)')
    expect(result.findings.filter(({ severity }) => severity !== 'info')).toEqual([])
    const find = (title: string) => result.tasks.find((one) => one.title === title)
    expect(find('Sketch the poster')?.depends_on).toEqual(['t05-cut-the-film'])
    expect(find('Print the poster')?.depends_on).toEqual(['t06-sketch-the-poster'])
    expect(checkPlan(await document('id2'))).toEqual([])
  })

  test('a deliverable without a task is reported', async () => {
    const two = JSON.stringify({ deliverables: ['The film', 'The poster'], assumptions: [], roles: ROLES })
    const { plan, upstream } = setUpProducer([
      two,
      tasksAnswer(TASKS),
      tasksAnswer(TASKS),
      estimatesAnswer(TASKS),
      outlookAnswer,
    ])
    const result = await plan(GOAL)
    expect(JSON.stringify(upstream.requests[2]?.messages.at(-1))).toContain('No task makes d2')
    expect(findingMessages(result)).toContain(
      'No task makes "The poster", so it was left out of what will exist at the end.'.replaceAll('\\', ''),
    )
  })

  test('a problem that the model fixes itself leaves no finding', async () => {
    const { plan } = setUpProducer([
      scopeAnswer(),
      tasksAnswer(without(1, task('t2', 'Find', 'Producer', 8, 't77'))),
      tasksAnswer(TASKS),
      estimatesAnswer(TASKS),
      outlookAnswer,
    ])
    const result = await plan(GOAL)
    expect(result.calls).toBe(5)
    expect(result.findings.filter(({ severity }) => severity !== 'info')).toEqual([])
  })

  test('ids may be anything, and dependencies may name a task in other letters or by its title', async () => {
    const tasks = [
      task('900', 'Écrire le scénario', 'Writer', 4),
      task('A-2', '電影', 'Crew', 4, '900'),
      task('7', 'Cut', 'Editor', 4, 'a-2', 'écrire le scénario'),
      task('x', 'Show', 'Crew', 4, '7'),
      task('y', 'Rest', 'Crew', 4, 'x'),
    ]
    const { plan } = setUpProducer([
      scopeAnswer(),
      tasksAnswer(tasks),
      tasksAnswer(tasks),
      estimatesAnswer(tasks),
      outlookAnswer,
    ])
    const result = await plan(GOAL)
    expect(taskIds(result)).toEqual(['t01-ecrire-le-scenario', 't02', 't03-cut', 't04-show', 't05-rest'])
    expect(result.tasks[2]?.depends_on).toEqual(['t02', 't01-ecrire-le-scenario'])
    expect(result.findings.filter(({ severity }) => severity === 'warn')).toEqual([])
  })

  const cutOff: readonly GenerateEvent[] = [
    { type: 'start', provider: 'fake', model: 'm', ignored: [] },
    { type: 'text', text: tasksAnswer(TASKS).slice(0, 300) },
    { type: 'end', finish: 'length', usage: {} },
  ]
  const NOTHING = tasksAnswer(TASKS.map((one) => ({ ...one, title: '' })))
  const refusal: readonly GenerateEvent[] = [
    { type: 'start', provider: 'fake', model: 'm', ignored: [] },
    { type: 'end', finish: 'content_filter', usage: {} },
  ]

  test('an answer that was cut off is asked for again', async () => {
    const { plan } = setUpProducer([scopeAnswer(), cutOff, tasksAnswer(TASKS), estimatesAnswer(TASKS), outlookAnswer])
    expect(await plan(GOAL)).toMatchObject({ status: 'complete', calls: 5 })
  })

  test('an answer with errors is used when the model cannot fix them', async () => {
    const { plan } = setUpProducer([
      scopeAnswer(),
      tasksAnswer(without(0, task('t1', 'Write', 'Writer', 16, 't9'))),
      'Sorry!',
      estimatesAnswer(TASKS),
      outlookAnswer,
    ])
    const result = await plan(GOAL)
    expect(result).toMatchObject({ status: 'complete', calls: 5 })
    expect(findingMessages(result)).toContain(
      't01-write depended on "t9", which is not a task; that dependency was dropped.',
    )
  })

  test.each<{ what: string; turns: Parameters<typeof scriptedModel>[0]; calls: number; says: string }>([
    { what: 'prose', turns: ['Sure!', 'Of course.'], calls: 2, says: 'It held no JSON value.' },
    {
      what: 'JSON cut off each time',
      turns: [cutOff, cutOff],
      calls: 2,
      says: 'It held no JSON value.',
    },
    { what: 'a list of nothing', turns: [NOTHING, NOTHING], calls: 2, says: 'named no task that has a title' },
    { what: 'a refusal', turns: [refusal], calls: 1, says: 'The model declined to write this.' },
  ])(
    '$what is a clear error after a bounded number of calls, and the plan can be continued',
    async ({ turns, calls, says }) => {
      const { plan } = setUpProducer([
        scopeAnswer(),
        ...turns,
        tasksAnswer(TASKS),
        estimatesAnswer(TASKS),
        outlookAnswer,
      ])
      const failed = await plan(GOAL)
      expect(failed).toMatchObject({ status: 'failed', calls: 1 + calls, tasks: [], makespan_hours: null, gantt: '' })
      expect(failed.next).toContain(says)
      expect(failed.next).toContain('plan_id "id2"')
      expect(await plan({ plan_id: 'id2' })).toMatchObject({ status: 'complete', calls: calls + 4 })
    },
  )
})

describe('a failed stage is the only one that is asked again', () => {
  const answers: readonly (readonly [string, Parameters<typeof scriptedModel>[0][number]])[] = [
    ['the scope', scopeAnswer()],
    ['the tasks', tasksAnswer(TASKS)],
    ['the estimates', estimatesAnswer(TASKS)],
  ]
  test.each(answers.map(([what], at) => ({ what, at })))('$what', async ({ at, what }) => {
    const before = answers.slice(0, at).map(([, answer]) => answer)
    const after = answers.slice(at).map(([, answer]) => answer)
    const { plan, upstream } = setUpProducer([...before, 'Sure!', '{"estimates": {"t01', ...after, outlookAnswer])
    const failed = await plan(GOAL)
    expect(failed).toMatchObject({ status: 'failed', calls: at + 2, tasks: [] })
    expect(failed.next).toContain(`The model gave no usable answer for ${what}`)
    expect(await plan({ plan_id: 'id2' })).toMatchObject({ status: 'complete', calls: 6, makespan_hours: 98 })
    expect(upstream.remaining).toBe(0)
  })
})

const ATTEMPT: Attempt = {
  model: 'fake/m',
  outcome: 'ok',
  at: 0,
  latencyMs: 1,
  firstTokenMs: 1,
  usage: {},
  microUsd: 30_000,
  estimated: false,
}

describe('a plan is a job', () => {
  /** Answers after a delay, as a model does. */
  const slowly = (world: ReturnType<typeof testWorld>, next: Generate, ms: number): Generate =>
    async function* (request, call) {
      await world.sleep(ms, call.signal)
      yield* next(request, call)
    }

  test('the job continues after the wait, a later call attaches to it, and progress rises', async () => {
    const world = testWorld()
    const upstream = scriptedModel([...planAnswers(TASKS), outlookAnswer])
    const producer = createProducer({
      generate: slowly(world, upstream.generate, 8_000),
      documents: memoryDocumentStore(),
      world,
    })
    const heard: number[] = []
    const first = producer.plan(
      { ...GOAL, wait_seconds: 30 },
      { signal: NEVER_ABORTED, onProgress: ({ done }) => void heard.push(done) },
    )
    await world.advance(30_000)
    const running = await first
    expect(running).toMatchObject({ status: 'running', calls: 3, makespan_hours: 98, risks: [] })
    expect(running.next).toContain(`call plan_tasks with plan_id "${running.plan_id}"`)
    const second = producer.plan({ ...GOAL, plan_id: running.plan_id }, { signal: NEVER_ABORTED })
    await world.advance(15_000)
    expect(await second).toMatchObject({ status: 'complete', calls: 4, risks: [{ risk: 'Rain' }] })
    expect(heard).toEqual(heard.toSorted((a, b) => a - b))
    expect(new Set(heard).size).toBe(heard.length)
  })

  test('after a crash the job resumes from the saved document and repeats no question', async () => {
    const world = testWorld()
    const documents = memoryDocumentStore()
    const dying = documents.otherProcess()
    const crash = (): string => {
      dying.crash()
      return 'nothing more is heard'
    }
    const first = scriptedModel([...planAnswers(TASKS), crash])
    const lost = createProducer({ generate: first.generate, documents: dying, world })
    const call = lost.plan({ ...GOAL, wait_seconds: 1 }, { signal: NEVER_ABORTED })
    void call.catch(() => undefined)
    await world.advance(60_000)
    const [item] = await documents.list('plan', '', 1)
    const upstream = scriptedModel([outlookAnswer])
    const producer = createProducer({ generate: upstream.generate, documents, world })
    expect(await producer.get(item?.id ?? '')).toMatchObject({ status: 'stopped', makespan_hours: 98 })
    const result = await producer.plan({ plan_id: item?.id }, { signal: NEVER_ABORTED })
    expect(result).toMatchObject({ status: 'complete', risks: [{ risk: 'Rain' }] })
    expect(upstream.requests.map(({ json }) => json?.name)).toEqual(['risks_and_milestones'])
  })

  test('the job stops at its cost limit with its saved answers, and continues under a higher limit', async () => {
    const upstream = scriptedModel([...planAnswers(TASKS), outlookAnswer])
    const metered: Generate = async function* (request, call) {
      try {
        yield* upstream.generate(request, call)
      } finally {
        call.onAttempt?.(ATTEMPT)
      }
    }
    const { plan } = setUpProducer([], metered)
    const stopped = await plan({ ...GOAL, max_cost_usd: 0.08 })
    expect(stopped).toMatchObject({
      status: 'stopped',
      calls: 3,
      cost_usd: 0.09,
      makespan_hours: 98,
      models: ['fake/m'],
    })
    expect(stopped.next).toContain('with a higher max_cost_usd')
    expect(await plan({ plan_id: 'id2' })).toMatchObject({ status: 'stopped', calls: 3 })
    expect(await plan({ plan_id: 'id2', max_cost_usd: 0.1 })).toMatchObject({
      status: 'complete',
      calls: 4,
      cost_usd: 0.12,
    })
  })

  test('a cancelled call stops its job', async () => {
    const world = testWorld()
    const documents = memoryDocumentStore()
    const producer = createProducer({ generate: slowly(world, scriptedModel([]).generate, 20_000), documents, world })
    const stop = new AbortController()
    const call = producer.plan(GOAL, { signal: stop.signal })
    const failed = expect(call).rejects.toMatchObject({ failure: { kind: 'cancelled' } })
    await world.advance(1_000)
    stop.abort()
    await world.advance(1_000)
    await failed
    const [item] = await documents.list('plan', '', 1)
    expect(await producer.get(item?.id ?? '')).toMatchObject({ status: 'stopped', calls: 1 })
  })

  test.each<[PlanInput, string]>([
    [{}, 'Say what to plan'],
    [{ plan_id: 'unknown' }, 'There is no plan with the id "unknown"'],
    [{ script_id: 'unknown' }, 'There is no script with the id "unknown"'],
  ])('input %j is refused before a model is asked', async (input, message) => {
    const { plan, upstream } = setUpProducer([])
    await expect(plan(input)).rejects.toThrow(message)
    await expect(plan(input)).rejects.toBeInstanceOf(GenerateError)
    expect(upstream.requests).toEqual([])
  })
})

describe('a plan can be changed', () => {
  test('notes go to the model with the present plan; kept tasks keep their ids; the earlier version is kept', async () => {
    const { plan, upstream, document, documents } = setUpProducer([...planAnswers(TASKS), outlookAnswer])
    const first = await plan(GOAL)
    const revised = first.tasks
      .filter(({ title }) => title !== 'Find the places')
      .map((one) =>
        task(one.id, one.title, one.role, one.estimate_hours, ...one.depends_on.filter((id) => !id.includes('find'))),
      )
    const sound = task('new', 'Mix the sound', 'Editor', 6, 't05-cut-the-film')
    const again = scriptedModel([tasksAnswer([...revised, sound]), estimatesAnswer([...revised, sound]), outlookAnswer])
    const producer = createProducer({
      generate: again.generate,
      documents,
      world: testWorld({ now: Date.UTC(2026, 5, 1) }),
    })
    const notes = 'No places to find: we shoot at home. And mix the sound.'
    const result = await producer.plan({ plan_id: 'id2', notes }, { signal: NEVER_ABORTED })
    expect(taskIds(result)).toEqual([
      't01-write-the-script',
      't03-cast-the-parts',
      't04-shoot-the-film',
      't05-cut-the-film',
      't06-mix-the-sound',
    ])
    const asked = JSON.stringify(again.requests[0]?.messages)
    expect(asked).toContain(notes)
    expect(asked).toContain('t02-find-the-places')
    expect(result.tasks[0]?.start).toBe('2026-01-01T09:00')
    expect((await document('id2')).revision).toBe(2)
    expect((await documents.get('plan', 'id2'))?.value).toMatchObject({
      document: { history: [{ revision: 1, tasks: { length: 5 } }] },
    })
    expect(upstream.remaining + again.remaining).toBe(0)
    // Notes that a waiting client sends again do not count as new.
    expect(await producer.plan({ plan_id: 'id2', notes }, { signal: NEVER_ABORTED })).toMatchObject({ calls: 7 })
  })

  test('new constraints alone need no model', async () => {
    const { plan, document } = setUpProducer([...planAnswers(TASKS), outlookAnswer])
    await plan(GOAL)
    const result = await plan({ plan_id: 'id2', constraints: { start_date: '2026-09-07', hours_per_day: 10 } })
    expect(result).toMatchObject({ status: 'complete', calls: 4, makespan_hours: 98 })
    expect(result.tasks[0]?.start).toBe('2026-09-07T09:00')
    expect(result.tasks.at(-1)?.finish).toBe('2026-09-18T17:00')
    expect(await document('id2')).toMatchObject({ revision: 2, milestones: [{ at: '2026-09-18T17:00' }] })
  })

  test('the notes of two concurrent calls are both kept', async () => {
    const { plan, upstream } = setUpProducer([
      ...planAnswers(TASKS),
      outlookAnswer,
      ...[1, 2].flatMap(() => [tasksAnswer(TASKS), estimatesAnswer(TASKS), outlookAnswer]),
    ])
    await plan(GOAL)
    const [one, two] = await Promise.all([
      plan({ plan_id: 'id2', notes: 'Faster.' }),
      plan({ plan_id: 'id2', notes: 'Cheaper.' }),
    ])
    const asked = upstream.requests.map(({ messages: said }) => JSON.stringify(said)).join('\n')
    expect(asked).toContain('Faster.')
    expect(asked).toContain('Cheaper.')
    expect([one.status, two.status]).toEqual(['complete', 'complete'])
  })
})

describe('the length of a result', () => {
  test('a long result is shortened, and the resource has the whole plan', async () => {
    const long = Array.from({ length: 70 }, (_, at) => ({
      ...task(`t${at}`, `${'A title that goes on '.repeat(5)}${at}`, 'Crew', 4, ...(at > 0 ? [`t${at - 1}`] : [])),
      description: 'And then, at length, something else again. '.repeat(30),
    }))
    const { plan, document } = setUpProducer([
      ...planAnswers(long),
      estimatesAnswer(long),
      estimatesAnswer(long),
      outlookAnswer,
    ])
    const result = await plan({ ...GOAL, detail: 'fine' })
    expect(JSON.stringify(result).length).toBeLessThan(35_000)
    expect(result.next).toContain('plan://id2 has all 70 tasks in full')
    expect((await document('id2')).tasks[0]?.description.length).toBeGreaterThan(700)
  })
})

describe('with the understudy', () => {
  test.each(['outline', 'standard', 'fine'] as const)('%s: a whole plan, valid, without a repair', async (detail) => {
    const world = testWorld()
    const account = { id: 'rehearsal', wire: 'rehearsal', baseUrl: 'rehearsal:' } as const
    const { generate } = createUnderstudyProvider(account, { world, facts: () => undefined })
    const documents = memoryDocumentStore()
    const producer = createProducer({ generate, documents, world, jobs: createJobs({ documents, world }) })
    const call = producer.plan(
      { goal: 'Shoot a short film about a lighthouse keeper', model: 'understudy', detail },
      { signal: NEVER_ABORTED },
    )
    await world.advance(44_000)
    const result = await call
    expect(result.status).toBe('complete')
    expect(
      result.findings.filter(({ severity, code }) => severity !== 'info' && !['P06', 'P08'].includes(code)),
    ).toEqual([])
    const plan: Plan = JSON.parse((await producer.export(result.plan_id, 'json')) ?? '')
    expect(checkPlan(plan)).toEqual([])
    expect(plan.tasks.length).toBeGreaterThanOrEqual(3)
    expect(plan.milestones.length).toBeGreaterThan(0)
  })
})
