import { describe, expect, test } from 'vitest'
import { createJobs } from '../../src/agents/job.ts'
import { createProducer, type PlanInput, type PlanResult } from '../../src/agents/producer/index.ts'
import { Document, newDocument } from '../../src/agents/screenwriter/document.ts'
import { scriptOf } from '../../src/agents/screenwriter/render.ts'
import { GenerateError } from '../../src/contract/errors.ts'
import type { Attempt, Generate, GenerateEvent, GenerateRequest } from '../../src/contract/generate.ts'
import { checkPlan, type Plan } from '../../src/planning/index.ts'
import { rehearsal } from '../../src/providers/rehearsal.ts'
import { breakdown } from '../../src/screenplay/index.ts'
import { scripted } from '../support/scripted.ts'
import { memoryShelf } from '../support/shelf.ts'
import { testWorld } from '../support/world.ts'

type Task = ReturnType<typeof task>

const task = (id: string, title: string, role: string, hours: number, ...depends_on: string[]) => ({
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

const GOOD: readonly Task[] = [
  task('t1', 'Write the script', 'Writer', 16),
  task('t2', 'Find the places', 'Producer', 8),
  task('t3', 'Cast the parts', 'Producer', 12, 't1'),
  task('t4', 'Shoot the film', 'Crew', 40, 't2', 't3'),
  task('t5', 'Cut the film', 'Editor', 30, 't4'),
]
const ROLES = ['Writer', 'Producer', 'Crew', 'Editor'].map((role) => ({ role, count: 1 }))

const work = (tasks: readonly object[], roles: readonly object[] = ROLES): string =>
  JSON.stringify({ deliverables: ['The film'], assumptions: ['No rain'], roles, tasks })

/** Risks, and milestones on whatever tasks there are: the ids are read from the question, as a model would. */
const outlook = (request: GenerateRequest): string => {
  const ids = [...JSON.stringify(request.messages).matchAll(/- (t\d[\w-]*|shoot-\d+):/g)].map(([, id]) => id)
  return JSON.stringify({
    risks: [{ risk: 'Rain', likelihood: 'high', impact: 'low', mitigation: 'A tent' }],
    milestones: [{ title: 'The film is there', depends_on: ids.slice(-1) }],
  })
}

const shot = (tasks: readonly object[], ...task_ids: string[]): string =>
  JSON.stringify({ ...JSON.parse(work(tasks)), shooting: { role: 'Crew', task_ids } })

const never = new AbortController().signal
// 2026-01-01 is a Thursday.
const GOAL: PlanInput = { goal: 'A short film', model: 'fake/m' }

function setUp(turns: Parameters<typeof scripted>[0], generate?: Generate) {
  const world = testWorld()
  const shelf = memoryShelf()
  const upstream = scripted(turns)
  const producer = createProducer({ generate: generate ?? upstream.generate, shelf, world })
  const plan = (input: PlanInput): Promise<PlanResult> => producer.plan(input, { signal: never })
  const document = async (id: string): Promise<Plan> => JSON.parse((await producer.export(id, 'json')) ?? 'null')
  return { world, shelf, upstream, producer, plan, document }
}

const messages = (result: PlanResult): readonly string[] => result.findings.map(({ message }) => message)
const idsOf = (result: PlanResult): readonly string[] => result.tasks.map(({ id }) => id)

describe('a goal becomes a plan', () => {
  test('the model names the work, code does the arithmetic', async () => {
    const { plan, upstream, document } = setUp([work(GOOD), outlook])
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
      calls: 2,
    })
    expect(result.tasks.find(({ id }) => id === 't02-find-the-places')).toEqual({
      id: 't02-find-the-places',
      title: 'Find the places',
      description: 'Find the places, in full.',
      role: 'Producer',
      estimate_hours: 8,
      depends_on: [],
      priority: 'medium',
      acceptance: 'Find the places: seen to be done.',
      start: '2026-03-02T09:00',
      finish: '2026-03-02T17:00',
      slack_hours: 20,
      critical: false,
    })
    expect(result.gantt).toContain('Shoot the film :crit, t04-shoot-the-film, 2026-03-05 13:00, 2026-03-12 13:00')
    expect(messages(result)).toEqual(['No team was given; this plan is for 1 Writer, 1 Producer, 1 Crew, 1 Editor.'])
    expect(result.next).toBeUndefined()
    expect(checkPlan(await document('id2'))).toEqual([])
    expect(upstream.asked.map(({ json }) => json?.name)).toEqual(['work_plan', 'risks_and_milestones'])
  })

  test('without a start date it starts today, or on the next working day, and says so', async () => {
    const { plan } = setUp([work(GOOD), outlook])
    const result = await plan(GOAL)
    expect(result.tasks[0]?.start).toBe('2026-01-01T09:00')
    expect(messages(result)).toContain('No start date was given: the plan starts on 2026-01-01.')
  })

  test('a team is a limit: nobody does two things at once', async () => {
    const { plan, document } = setUp([work(GOOD), outlook])
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
    expect(messages(result)).toContain(
      'Needed, but not in the team: Producer, Editor. One of each was added; without them the plan cannot be kept.',
    )
    expect(new Set(result.tasks.map(({ role }) => role))).toEqual(new Set(['writer', 'Producer', 'Crew', 'Editor']))
  })

  test('roles are matched by their words: a lead editor is the editor', async () => {
    const tasks = GOOD.map((one) => (one.role === 'Editor' ? { ...one, role: 'Lead editor' } : one))
    const { plan } = setUp([work(tasks), outlook])
    const result = await plan({ ...GOAL, constraints: { team: ROLES } })
    expect(result.tasks.find(({ title }) => title === 'Cut the film')?.role).toBe('Editor')
    expect(messages(result)).toContain('The role "Lead editor" was taken to be Editor.')
  })

  test('where people are the limit, it says how much they cost and how good the plan is', async () => {
    const tasks = ['a', 'b', 'c'].map((id) => task(id, `Do ${id}`, 'Hand', 8))
    const { plan } = setUp([work([...tasks, task('d', 'Do d', 'Other', 1), task('e', 'Do e', 'Other', 1)]), outlook])
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
    expect(messages(result)).toContain(
      'With this team the plan takes 24 hours; with more people it could take 8 (slack and the critical path count dependencies only). Hand has the most work. No order of work is shorter.',
    )
  })

  test.each([
    [
      { start_date: '2026-03-02', deadline: '2026-03-06' },
      'The deadline 2026-03-06 cannot be met with this plan: it finishes on 2026-03-18 11:00, 58 working hours too late. No team can meet it without cutting work: the longest chain of dependencies alone takes 98 hours.',
    ],
    [
      { start_date: '2026-03-02', budget_usd: 0 },
      'There is no money, and 106 hours of work: the plan only holds if nobody is paid.',
    ],
    [
      { start_date: '2026-03-02', budget_usd: 1000 },
      'No rates are known, so the budget cannot be checked: $1000 covers the 106 hours of work at $9.43 an hour or less, everything else left out.',
    ],
  ])('a limit is answered first, with its shortfall: %j', async (constraints, message) => {
    const { plan } = setUp([work(GOOD), outlook])
    expect(messages(await plan({ ...GOAL, constraints }))[0]).toBe(message)
  })

  test('a deadline that is met is not mentioned', async () => {
    const { plan } = setUp([work(GOOD), outlook])
    const result = await plan({ ...GOAL, constraints: { start_date: '2026-03-02', deadline: '2026-03-18' } })
    expect(messages(result).filter((message) => message.includes('deadline'))).toEqual([])
  })

  test('without risks a plan is still a plan, and says what is missing', async () => {
    const { plan } = setUp([work(GOOD), 'I would rather not.', 'Really not.'])
    const result = await plan(GOAL)
    expect(result).toMatchObject({ status: 'complete', risks: [], milestones: [], calls: 3 })
    expect(messages(result)[0]).toContain('no usable risks and milestones')
  })

  test('it can be had in every format of its resource', async () => {
    const { plan, producer } = setUp([work(GOOD), outlook])
    await plan(GOAL)
    for (const [format, start] of [
      ['json', '{'],
      ['md', '# A short film'],
      ['mermaid', 'gantt'],
      ['csv', 'id,title'],
      ['ics', 'BEGIN:VCALENDAR'],
    ] as const) {
      expect(await producer.export('id2', format)).toMatch(new RegExp(`^${start}`))
    }
    expect(await producer.export('id2', 'toString')).toBeUndefined()
    expect(await producer.export('nobody', 'json')).toBeUndefined()
    expect(await producer.get('id2')).toMatchObject({ plan_id: 'id2', status: 'complete' })
    expect(await producer.get('nobody')).toBeUndefined()
  })
})

const without = (index: number, ...replacements: Task[]): readonly Task[] => GOOD.toSpliced(index, 1, ...replacements)
const many = Array.from({ length: 400 }, (_, at) =>
  task(`t${at}`, `Step ${at}`, 'Crew', 1, ...(at > 0 ? [`t${at - 1}`] : [])),
)

describe('whatever a model sends, a valid plan comes out, and every repair is told', () => {
  test.each<{ what: string; tasks: readonly Task[]; hears: string; told: string; count: number }>([
    {
      what: 'a cycle',
      tasks: without(0, task('t1', 'Write the script', 'Writer', 16, 't4')),
      hears: 'These tasks wait for each other, each for the next: t1 -> t4 -> t3 -> t1. Break the circle.',
      told: 'Tasks waited for each other in a cycle (t01-write-the-script -> t04-shoot-the-film -> t03-cast-the-parts -> t01-write-the-script); the dependency of t01-write-the-script on t04-shoot-the-film was dropped, because t04-shoot-the-film is listed later.',
      count: 5,
    },
    {
      what: 'an unknown id',
      tasks: without(1, task('t2', 'Find the places', 'Producer', 8, 't77')),
      hears: 'Task "t2" depends on "t77", which is not in the list.',
      told: 't02-find-the-places depended on "t77", which is not a task; that dependency was dropped.',
      count: 5,
    },
    {
      what: 'a task that waits for itself',
      tasks: without(1, task('t2', 'Find the places', 'Producer', 8, 't2')),
      hears: 'These tasks wait for each other, each for the next: t2 -> t2. Break the circle.',
      told: 't02-find-the-places depended on itself; that dependency was dropped.',
      count: 5,
    },
    {
      what: 'two tasks with one id',
      tasks: [...GOOD, task('t5', 'Show the film', 'Producer', 2, 't4')],
      hears: 'Two tasks have the id "t5".',
      told: 'Two tasks had the id "t5"; "Show the film" got one of its own, and dependencies on it mean the first.',
      count: 6,
    },
    {
      what: 'an empty title',
      tasks: without(1, task('t2', '  ', 'Producer', 8)),
      hears: 'Task "t2" has no title.',
      told: 'The model gave a task without a title ("t2"); it was dropped.',
      count: 4,
    },
    {
      what: 'negative hours',
      tasks: without(1, task('t2', 'Find the places', 'Producer', -8)),
      hears: 'Task "t2" takes -8 hours: give more than 0 and at most 1000.',
      told: 'The model gave t02-find-the-places -8 hours; it was given 30, the usual length of a task of this plan.',
      count: 5,
    },
    {
      what: 'absurd hours',
      tasks: without(1, task('t2', 'Find the places', 'Producer', 1e9)),
      hears: 'Task "t2" takes 1000000000 hours: give more than 0 and at most 1000.',
      told: 'The model gave t02-find-the-places 1000000000 hours; it was given 1000, the most that one task may take.',
      count: 5,
    },
    {
      what: 'far too many tasks',
      tasks: many,
      hears: 'There are 400 tasks: give at most 40.',
      told: 'The model gave 400 tasks; those after the first 40 were dropped, from "Step 40" on.',
      count: 40,
    },
  ])('$what', async ({ tasks, hears, told, count }) => {
    const { plan, upstream, document } = setUp([work(tasks), work(tasks), outlook])
    const result = await plan(GOAL)
    expect(result).toMatchObject({ status: 'complete', calls: 3 })
    expect(JSON.stringify(upstream.asked[1]?.messages.at(-1))).toContain(JSON.stringify(hears).slice(1, -1))
    expect(messages(result)).toContain(told)
    expect(result.tasks).toHaveLength(count)
    expect(checkPlan(await document('id2'))).toEqual([])
  })

  test('a model that mends its mistake when it hears of it leaves nothing to repair', async () => {
    const { plan } = setUp([work(without(1, task('t2', 'Find', 'Producer', 8, 't77'))), work(GOOD), outlook])
    const result = await plan(GOAL)
    expect(result.calls).toBe(3)
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
    const { plan } = setUp([work(tasks), work(tasks), outlook])
    const result = await plan(GOAL)
    expect(idsOf(result)).toEqual(['t01-ecrire-le-scenario', 't02', 't03-cut', 't04-show', 't05-rest'])
    expect(result.tasks[2]?.depends_on).toEqual(['t02', 't01-ecrire-le-scenario'])
    expect(result.findings.filter(({ severity }) => severity === 'warn')).toEqual([])
  })

  const cutOff: readonly GenerateEvent[] = [
    { type: 'start', provider: 'fake', model: 'm', ignored: [] },
    { type: 'text', text: work(GOOD).slice(0, 300) },
    { type: 'end', finish: 'length', usage: {} },
  ]
  const NOTHING = work(GOOD.map((one) => ({ ...one, title: '' })))
  const refusal: readonly GenerateEvent[] = [
    { type: 'start', provider: 'fake', model: 'm', ignored: [] },
    { type: 'end', finish: 'content_filter', usage: {} },
  ]

  test('an answer that was cut off is asked for again, with more room', async () => {
    const { plan, upstream } = setUp([cutOff, work(GOOD), outlook])
    expect(await plan(GOAL)).toMatchObject({ status: 'complete', calls: 3 })
    expect(upstream.asked[1]?.maxOutputTokens).toBe(2 * (upstream.asked[0]?.maxOutputTokens ?? 0))
  })

  test('an answer with mistakes is better than none: it is used when the model cannot do better', async () => {
    const { plan } = setUp([work(without(0, task('t1', 'Write', 'Writer', 16, 't9'))), 'Sorry!', 'Sorry.', outlook])
    const result = await plan(GOAL)
    expect(result).toMatchObject({ status: 'complete', calls: 4 })
    expect(messages(result)).toContain('t01-write depended on "t9", which is not a task; that dependency was dropped.')
  })

  test.each<{ what: string; turns: Parameters<typeof scripted>[0]; calls: number; says: string }>([
    { what: 'prose', turns: ['Sure!', 'Of course.', 'Any time.'], calls: 3, says: 'It held no JSON value.' },
    {
      what: 'JSON cut off each time',
      turns: [cutOff, cutOff, cutOff],
      calls: 3,
      says: 'It was cut off before its end',
    },
    { what: 'a list of nothing', turns: [NOTHING, NOTHING], calls: 2, says: 'named no task that has a title' },
    { what: 'a refusal', turns: [refusal], calls: 1, says: 'The model declined to write this.' },
  ])(
    '$what is a clear error after a bounded number of calls, and the plan can be gone on with',
    async ({ turns, calls, says }) => {
      const { plan } = setUp([...turns, work(GOOD), outlook])
      const failed = await plan(GOAL)
      expect(failed).toMatchObject({ status: 'failed', calls, tasks: [], makespan_hours: null, gantt: '' })
      expect(failed.next).toContain(says)
      expect(failed.next).toContain('plan_id "id2"')
      expect(await plan({ plan_id: 'id2' })).toMatchObject({ status: 'complete', calls: calls + 2 })
    },
  )
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
  /** Answers after a while, as a model does. */
  const slowly = (world: ReturnType<typeof testWorld>, next: Generate, ms: number): Generate =>
    async function* (request, call) {
      await world.sleep(ms, call.signal)
      yield* next(request, call)
    }

  test('when the wait is over it goes on by itself; calling again attaches; progress rises', async () => {
    const world = testWorld()
    const upstream = scripted([work(GOOD), outlook])
    const producer = createProducer({ generate: slowly(world, upstream.generate, 20_000), shelf: memoryShelf(), world })
    const heard: number[] = []
    const first = producer.plan(
      { ...GOAL, wait_seconds: 30 },
      { signal: never, onProgress: ({ done }) => void heard.push(done) },
    )
    await world.advance(30_000)
    const running = await first
    expect(running).toMatchObject({ status: 'running', calls: 1, makespan_hours: 98, risks: [] })
    expect(running.next).toContain(`call plan_tasks with plan_id "${running.plan_id}"`)
    const second = producer.plan({ ...GOAL, plan_id: running.plan_id }, { signal: never })
    await world.advance(15_000)
    expect(await second).toMatchObject({ status: 'complete', calls: 2, risks: [{ risk: 'Rain' }] })
    expect(heard).toEqual(heard.toSorted((a, b) => a - b))
    expect(new Set(heard).size).toBe(heard.length)
  })

  test('after a crash it resumes from what was saved and asks nothing twice', async () => {
    const world = testWorld()
    const shelf = memoryShelf()
    const dying = shelf.process()
    const crash = (): string => {
      dying.crash()
      return 'nothing more is heard'
    }
    const first = scripted([work(GOOD), crash])
    const lost = createProducer({ generate: first.generate, shelf: dying, world })
    const call = lost.plan({ ...GOAL, wait_seconds: 1 }, { signal: never })
    void call.catch(() => undefined)
    await world.advance(60_000)
    const [item] = await shelf.list('plan', '', 1)
    const upstream = scripted([outlook])
    const producer = createProducer({ generate: upstream.generate, shelf, world })
    expect(await producer.get(item?.id ?? '')).toMatchObject({ status: 'stopped', makespan_hours: 98 })
    const result = await producer.plan({ plan_id: item?.id }, { signal: never })
    expect(result).toMatchObject({ status: 'complete', risks: [{ risk: 'Rain' }] })
    expect(upstream.asked.map(({ json }) => json?.name)).toEqual(['risks_and_milestones'])
  })

  test('at its cost limit it stops with what it has, and goes on with a higher one', async () => {
    const upstream = scripted([work(GOOD), outlook])
    const metered: Generate = async function* (request, call) {
      try {
        yield* upstream.generate(request, call)
      } finally {
        call.onAttempt?.(ATTEMPT)
      }
    }
    const { plan } = setUp([], metered)
    const stopped = await plan({ ...GOAL, max_cost_usd: 0.02 })
    expect(stopped).toMatchObject({
      status: 'stopped',
      calls: 1,
      cost_usd: 0.03,
      makespan_hours: 98,
      models: ['fake/m'],
    })
    expect(stopped.next).toContain('with a higher max_cost_usd')
    expect(await plan({ plan_id: 'id2' })).toMatchObject({ status: 'stopped', calls: 1 })
    expect(await plan({ plan_id: 'id2', max_cost_usd: 0.1 })).toMatchObject({
      status: 'complete',
      calls: 2,
      cost_usd: 0.06,
    })
  })

  test('a cancelled call stops its job', async () => {
    const world = testWorld()
    const shelf = memoryShelf()
    const producer = createProducer({ generate: slowly(world, scripted([]).generate, 20_000), shelf, world })
    const stop = new AbortController()
    const call = producer.plan(GOAL, { signal: stop.signal })
    const failed = expect(call).rejects.toMatchObject({ failure: { kind: 'cancelled' } })
    await world.advance(1_000)
    stop.abort()
    await world.advance(1_000)
    await failed
    const [item] = await shelf.list('plan', '', 1)
    expect(await producer.get(item?.id ?? '')).toMatchObject({ status: 'stopped', calls: 1 })
  })

  test.each<[PlanInput, string]>([
    [{}, 'Say what to plan'],
    [{ plan_id: 'nobody' }, 'There is no plan with the id "nobody"'],
    [{ script_id: 'nobody' }, 'There is no script with the id "nobody"'],
  ])('what cannot be planned is refused before anything is asked: %j', async (input, message) => {
    const { plan, upstream } = setUp([])
    await expect(plan(input)).rejects.toThrow(message)
    await expect(plan(input)).rejects.toBeInstanceOf(GenerateError)
    expect(upstream.asked).toEqual([])
  })
})

describe('a plan can be changed', () => {
  test('notes go to the model with the plan as it is; what stays keeps its id; the earlier version is kept', async () => {
    const { plan, upstream, document, shelf } = setUp([work(GOOD), outlook])
    const first = await plan(GOAL)
    const revised = first.tasks
      .filter(({ title }) => title !== 'Find the places')
      .map((one) =>
        task(one.id, one.title, one.role, one.estimate_hours, ...one.depends_on.filter((id) => !id.includes('find'))),
      )
    const again = scripted([work([...revised, task('new', 'Mix the sound', 'Editor', 6, 't05-cut-the-film')]), outlook])
    const producer = createProducer({
      generate: again.generate,
      shelf,
      world: testWorld({ now: Date.UTC(2026, 5, 1) }),
    })
    const notes = 'No places to find: we shoot at home. And mix the sound.'
    const result = await producer.plan({ plan_id: 'id2', notes }, { signal: never })
    expect(idsOf(result)).toEqual([
      't01-write-the-script',
      't03-cast-the-parts',
      't04-shoot-the-film',
      't05-cut-the-film',
      't06-mix-the-sound',
    ])
    const asked = JSON.stringify(again.asked[0]?.messages)
    expect(asked).toContain(notes)
    expect(asked).toContain('t02-find-the-places')
    expect(result.tasks[0]?.start).toBe('2026-01-01T09:00')
    expect((await document('id2')).revision).toBe(2)
    expect((await shelf.get('plan', 'id2'))?.value).toMatchObject({
      document: { history: [{ revision: 1, tasks: { length: 5 } }] },
    })
    expect(upstream.remaining + again.remaining).toBe(0)
    // A client that waits may send its notes along again: they are not taken for new ones.
    expect(await producer.plan({ plan_id: 'id2', notes }, { signal: never })).toMatchObject({ calls: 4 })
  })

  test('new constraints alone ask nothing of the model', async () => {
    const { plan, document } = setUp([work(GOOD), outlook])
    await plan(GOAL)
    const result = await plan({ plan_id: 'id2', constraints: { start_date: '2026-09-07', hours_per_day: 10 } })
    expect(result).toMatchObject({ status: 'complete', calls: 2, makespan_hours: 98 })
    expect(result.tasks[0]?.start).toBe('2026-09-07T09:00')
    expect(result.tasks.at(-1)?.finish).toBe('2026-09-18T17:00')
    expect(await document('id2')).toMatchObject({ revision: 2, milestones: [{ at: '2026-09-18T17:00' }] })
  })

  test('two calls at once lose neither’s notes', async () => {
    const { plan, upstream } = setUp([work(GOOD), outlook, work(GOOD), outlook, work(GOOD), outlook])
    await plan(GOAL)
    const [one, two] = await Promise.all([
      plan({ plan_id: 'id2', notes: 'Faster.' }),
      plan({ plan_id: 'id2', notes: 'Cheaper.' }),
    ])
    const asked = upstream.asked.map(({ messages: said }) => JSON.stringify(said)).join('\n')
    expect(asked).toContain('Faster.')
    expect(asked).toContain('Cheaper.')
    expect([one.status, two.status]).toEqual(['complete', 'complete'])
  })
})

describe('a screenplay becomes a plan', () => {
  const scene = (heading: string, sentences: number, speaker: string, done = true) => ({
    heading,
    summary: 'Something is seen.',
    characters: [speaker],
    pages: 2,
    elements: done
      ? [
          { type: 'action', text: 'A long and quiet look at the sea. '.repeat(sentences) },
          { type: 'dialogue', speaker, parenthetical: null, text: 'Now.' },
        ]
      : [],
    passes: 1,
    done,
  })
  const written = [
    scene('INT. LIGHTHOUSE - NIGHT', 120, 'ANNA'),
    scene('EXT. BEACH - DAY', 60, 'TOM'),
    scene('INT. LIGHTHOUSE - DAY', 200, 'ANNA'),
    scene('INT. KITCHEN - DAY', 150, 'TOM'),
  ]
  const keep = async (shelf: ReturnType<typeof memoryShelf>, scenes: readonly object[]) => {
    const document = {
      ...newDocument('s1', { concept: 'A keeper' }),
      story: { title: 'The Keeper', logline: 'A light goes out.', theme: 'Duty' },
      outline: { batches: 1, scenes },
    }
    await shelf.put('script', 's1', { status: 'complete', document }, 0, 0)
    return scriptOf(Document.parse(document))
  }

  test('scenes of one set are shot together, in blocks of at most five pages, one after the other', async () => {
    const after = task('t4', 'Cut the film', 'Editor', 30, 'shoot-02')
    const last = task('t5', 'Show the film', 'Producer', 2, 't4')
    const answer = shot([...GOOD.slice(0, 3), after, last], 't2', 't3')
    const { plan, shelf, upstream, document } = setUp([answer, outlook])
    const script = await keep(shelf, written)
    const result = await plan({ script_id: 's1', model: 'fake/m', constraints: { team: [{ role: 'Crew', count: 3 }] } })
    const asked = JSON.stringify(upstream.asked[0]?.messages)
    expect(asked).toContain('The screenplay has 4 scenes on')
    expect(asked).toContain('shoot-01: Shoot LIGHTHOUSE')
    expect(asked).toContain('Scenes 1, 3')
    const whole = await document('id2')
    const shooting = whole.tasks.filter(({ id }) => id.startsWith('shoot'))
    expect(shooting.map(({ id, depends_on }) => [id, depends_on])).toEqual([
      ['shoot-01', ['t02-find-the-places', 't03-cast-the-parts']],
      ['shoot-02', ['shoot-01']],
    ])
    const pages = breakdown(script).reduce((sum, { eighths }) => sum + eighths / 8, 0)
    const planned = shooting.reduce((sum, { estimate_hours }) => sum + estimate_hours, 0)
    expect(Math.abs(planned - (pages / 5) * 8)).toBeLessThanOrEqual(0.25)
    for (const { estimate_basis } of shooting) expect(estimate_basis).toMatch(/pages at 5 a day of 8 hours$/)
    expect(whole.tasks.find(({ title }) => title === 'Cut the film')?.depends_on).toEqual(['shoot-02'])
    expect(checkPlan(whole)).toEqual([])
    expect(result.goal).toContain('"The Keeper"')
  })

  test('an outline can be planned before it is written; shooting the model lists itself is not shot twice', async () => {
    const { plan, shelf, document } = setUp([shot([...GOOD, task('shoot-01', 'Roll', 'Crew', 5, 't2')]), outlook])
    await keep(shelf, [scene('INT. LIGHTHOUSE - NIGHT', 0, 'ANNA', false)])
    const result = await plan({ script_id: 's1', model: 'fake/m' })
    expect(result.tasks.find(({ id }) => id === 'shoot-01')).toMatchObject({
      title: 'Shoot LIGHTHOUSE',
      role: 'Crew',
      estimate_hours: 3.25,
      depends_on: ['t02-find-the-places'],
    })
    expect(result.tasks).toHaveLength(6)
    expect(checkPlan(await document('id2'))).toEqual([])
  })

  test('when it is revised, the shooting keeps its ids', async () => {
    const { plan, shelf } = setUp([shot(GOOD), outlook, shot(GOOD), outlook])
    await keep(shelf, written)
    await plan({ script_id: 's1', model: 'fake/m' })
    const again = await plan({ plan_id: 'id2', notes: 'Faster.' })
    expect(idsOf(again).filter((id) => id.startsWith('shoot'))).toEqual(['shoot-01', 'shoot-02'])
  })

  test('a script without scenes is gone on with first', async () => {
    const { plan, shelf } = setUp([])
    await keep(shelf, [])
    await expect(plan({ script_id: 's1' })).rejects.toThrow('call develop_script with script_id "s1"')
  })
})

describe('a result fits', () => {
  test('what is too long is shortened, and the resource has all of it', async () => {
    const long = Array.from({ length: 70 }, (_, at) => ({
      ...task(`t${at}`, `${'A title that goes on '.repeat(5)}${at}`, 'Crew', 4, ...(at > 0 ? [`t${at - 1}`] : [])),
      description: 'And then, at length, something else again. '.repeat(30),
    }))
    const { plan, document } = setUp([work(long), outlook])
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
    const { generate } = rehearsal(account, { world, facts: () => undefined })
    const shelf = memoryShelf()
    const producer = createProducer({ generate, shelf, world, jobs: createJobs({ shelf, world }) })
    const call = producer.plan(
      { goal: 'Shoot a short film about a lighthouse keeper', model: 'understudy', detail },
      { signal: never },
    )
    await world.advance(44_000)
    const result = await call
    expect(result.status).toBe('complete')
    expect(result.findings.filter(({ severity, code }) => severity !== 'info' && code !== 'P06')).toEqual([])
    const plan: Plan = JSON.parse((await producer.export(result.plan_id, 'json')) ?? '')
    expect(checkPlan(plan)).toEqual([])
    expect(plan.tasks.length).toBeGreaterThanOrEqual(3)
    expect(plan.milestones.length).toBeGreaterThan(0)
  })
})
