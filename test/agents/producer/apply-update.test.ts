import { describe, expect, test } from 'vitest'
import type { KeptPlan } from '../../../src/agents/producer/document.ts'
import { createProducer, type PlanInput, type PlanResult } from '../../../src/agents/producer/index.ts'
import { checkPlan } from '../../../src/planning/index.ts'
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
  setUpProducer,
  TASKS,
  task,
  tasksAnswer,
} from './answers.ts'

const [WRITE, FIND, CAST, SHOOT, CUT] = [
  't01-write-the-script',
  't02-find-the-places',
  't03-cast-the-parts',
  't04-shoot-the-film',
  't05-cut-the-film',
] as const

// The plan begins on Thursday 2026-01-01 at 09:00.
const DAY = 24 * 3_600_000
const find = ({ tasks }: PlanResult, id: string) => tasks.find((one) => one.id === id)

async function makePlan(turns: Parameters<typeof setUpProducer>[0] = []) {
  const all = setUpProducer([...planAnswers(TASKS), outlookAnswer, ...turns])
  await all.plan(GOAL)
  return { ...all, update: (...update: NonNullable<PlanInput['update']>) => all.plan({ plan_id: 'id2', update }) }
}

describe('updates of a plan', () => {
  test('finished tasks are kept, and open tasks are planned from the present time, without a model', async () => {
    const { update, world, document } = await makePlan()
    // Friday, the end of the day.
    await world.advance(DAY + 17 * 3_600_000)
    const result = await update({ id: WRITE, status: 'done', hours_spent: 20 })
    expect(result).toMatchObject({ status: 'complete', calls: 4 })
    expect(find(result, WRITE)).toMatchObject({
      status: 'done',
      actual_hours: 20,
      finish: '2026-01-02T17:00',
      critical: false,
    })
    // 16 working hours have passed; the Producer has 20 hours to do before the 70 of shooting and cutting.
    expect(find(result, CAST)).toMatchObject({ start: '2026-01-06T09:00', depends_on: [WRITE], critical: true })
    expect(result.makespan_hours).toBe(16 + 20 + 70)
    expect(result.critical_path).toEqual([CAST, SHOOT, CUT])
    expect(result.next).toBe(`Can start now: ${FIND} Find the places (Producer); ${CAST} Cast the parts (Producer).`)
    expect(findingMessages(result)).toContain('1 of 5 tasks done. They took 20 hours where 16 were expected.')
    expect(findingMessages(result).filter((message) => /P0|before/.test(message))).toEqual([])
    expect((await document('id2')).revision).toBe(2)
  })

  test('a started task continues at once with its remaining hours, before other tasks of its role', async () => {
    const { update, world } = await makePlan()
    await world.advance(DAY + 9 * 3_600_000)
    const started = await update({ id: FIND, status: 'started', hours_spent: 2 }, { id: WRITE, status: 'done' })
    expect(find(started, FIND)).toMatchObject({ start: '2026-01-02T09:00', finish: '2026-01-02T15:00' })
    expect(find(started, CAST)).toMatchObject({ start: '2026-01-02T15:00' })
    await world.advance(DAY / 8)
    const long = await update({ id: FIND, status: 'started', hours_spent: 100 })
    expect(find(long, FIND)).toMatchObject({ actual_hours: 100, start: '2026-01-02T09:00', finish: '2026-01-02T12:15' })
  })

  test('the finding of a blocked task has its dependents and its slack', async () => {
    const { update } = await makePlan()
    const result = await update({ id: FIND, status: 'blocked' })
    expect(findingMessages(result)[0]).toBe(
      `${FIND} is blocked; ${SHOOT}, ${CUT} wait for it. The dates hold if it goes on now; it may wait 20 hours more without moving the end.`,
    )
    expect(result.next).toBe(`Can start now: ${WRITE} Write the script (Writer).`)
    const again = await update({ id: FIND, status: 'open' })
    expect(findingMessages(again).join()).not.toContain('blocked')
    expect(again.next).toContain(FIND)
  })

  test('the result of a finished plan says that all tasks are done', async () => {
    const { update } = await makePlan()
    const result = await update(...[WRITE, FIND, CAST, SHOOT, CUT].map((id) => ({ id, status: 'done' as const })))
    expect(result.next).toBe('All tasks are done.')
    expect(result.critical_path).toEqual([])
  })

  test('all updates are kept in order, and an update that is sent twice counts once', async () => {
    const { update, world, documents, document } = await makePlan()
    await update({ id: WRITE, status: 'started' })
    await world.advance(DAY)
    await update({ id: WRITE, status: 'done', hours_spent: 9 })
    await update({ id: WRITE, status: 'done', hours_spent: 9 })
    expect((await documents.get('plan', 'id2'))?.value).toMatchObject({
      document: {
        log: [
          { id: WRITE, status: 'started', at: '2026-01-01T00:00:00.000Z' },
          { id: WRITE, status: 'done', hours: 9, at: '2026-01-02T00:00:00.000Z' },
        ],
      },
    })
    expect((await document('id2')).revision).toBe(3)
  })

  test('an update of an unknown task changes nothing, and its error lists the tasks', async () => {
    const { plan, update, document } = await makePlan()
    await expect(update({ id: WRITE, status: 'done' }, { id: 'nothing', status: 'done' })).rejects.toThrow(
      `Not a task of this plan: "nothing". Nothing was changed. Its tasks are ${WRITE}, `,
    )
    expect((await document('id2')).tasks.find(({ id }) => id === WRITE)).toMatchObject({ status: 'open' })
    await expect(plan({ ...GOAL, update: [{ id: WRITE, status: 'done' }] })).rejects.toThrow('give its plan_id')
  })

  test('a revision keeps the reports on tasks', async () => {
    const more = [...TASKS, task('t6', 'Mix the sound', 'Editor', 6, 't5')]
    const kept = TASKS.map((one, at) => ({ ...one, id: [WRITE, FIND, CAST, SHOOT, CUT][at] ?? '', depends_on: [] }))
    const { update, plan } = await makePlan([
      tasksAnswer([...kept, task('new', 'Mix the sound', 'Editor', 6, CUT)]),
      estimatesAnswer(more),
      outlookAnswer,
    ])
    await update({ id: WRITE, status: 'done', hours_spent: 9 })
    const result = await plan({ plan_id: 'id2', notes: 'And mix the sound.' })
    expect(find(result, WRITE)).toMatchObject({ status: 'done', actual_hours: 9 })
    expect(result.tasks).toHaveLength(6)
  })

  test('finished and started tasks that a revision leaves out keep their ids, estimates and reports', async () => {
    const fresh = [
      task('n1', 'Write the script', 'Writer', 99),
      ...[2, 3, 4, 5].map((at) => task(`n${at}`, `Mix reel ${at}`, 'Editor', 6, 'n1')),
    ]
    const { update, plan, upstream } = await makePlan([tasksAnswer(fresh), estimatesAnswer(fresh), outlookAnswer])
    await update({ id: WRITE, status: 'done', hours_spent: 9 }, { id: FIND, status: 'started', hours_spent: 2 })
    const result = await plan({ plan_id: 'id2', notes: 'Only the sound is left.' })
    expect(result.tasks.map(({ id, status }) => [id, status])).toEqual([
      [WRITE, 'done'],
      [FIND, 'started'],
      ...[2, 3, 4, 5].map((at) => [`t${String(at + 5).padStart(2, '0')}-mix-reel-${at}`, 'open']),
    ])
    expect(find(result, WRITE)).toMatchObject({ actual_hours: 9, estimate_hours: 16, title: 'Write the script' })
    expect(find(result, 't07-mix-reel-2')).toMatchObject({ depends_on: [WRITE] })
    expect(findingMessages(result)).toContain(
      `Kept, because work on them was reported: ${WRITE} (done), ${FIND} (started).`,
    )
    const question = upstream.requests[4]?.messages[0]?.parts[0]
    expect(JSON.stringify(question)).toContain(`${WRITE}: done, 9 hours`)
  })

  test.each([
    ['America/Los_Angeles', Date.UTC(2026, 0, 7, 19), '2026-01-07'],
    ['Asia/Tokyo', Date.UTC(2026, 0, 7, 2), '2026-01-07'],
  ])('today and now are in the time zone %s', async (timeZone, now, today) => {
    const world = testWorld({ now, timeZone })
    const documents = memoryDocumentStore()
    const { generate } = scriptedModel([...planAnswers(TASKS), outlookAnswer])
    const producer = createProducer({ generate, documents, world })
    const first = await producer.plan(GOAL, { signal: NEVER_ABORTED })
    expect(first.tasks[0]?.start).toBe(`${today}T09:00`)
    // It is 11:00 there.
    const updated = await producer.plan(
      { plan_id: first.plan_id, update: [{ id: WRITE, status: 'done', hours_spent: 2 }] },
      { signal: NEVER_ABORTED },
    )
    expect(find(updated, WRITE)).toMatchObject({ start: `${today}T09:00`, finish: `${today}T11:00` })
    expect(updated.tasks.find(({ status }) => status === 'open')?.start).toBe(`${today}T11:00`)
    expect(JSON.parse((await producer.export(first.plan_id, 'json')) ?? '')).toMatchObject({ time_zone: timeZone })
  })

  test.each([
    [{ time_zone: 'Mars/Olympus' }, '"Mars/Olympus" is not a time zone'],
    [{ start_date: '9999-12-31' }, 'A plan cannot start on 9999-12-31'],
  ])('constraints %j are refused before a model is asked', async (constraints, message) => {
    const { plan, upstream } = setUpProducer([])
    await expect(plan({ ...GOAL, constraints })).rejects.toThrow(message)
    expect(upstream.requests).toHaveLength(0)
  })

  test('concurrent updates of two clients are both kept', async () => {
    const { documents } = await makePlan()
    const world = testWorld({ now: Date.UTC(2026, 0, 2) })
    const clients = [1, 2, 3].map(() => createProducer({ generate: scriptedModel([]).generate, documents, world }))
    const ids = [WRITE, FIND, CAST, SHOOT, CUT]
    const calls = ids.flatMap((id, at) =>
      clients.map((client, hours) =>
        client.plan(
          { plan_id: 'id2', update: [{ id, status: at % 2 ? 'started' : 'done', hours_spent: hours + 1 }] },
          { signal: NEVER_ABORTED },
        ),
      ),
    )
    await world.advance(30_000)
    await Promise.all(calls)
    const { value } = (await documents.get('plan', 'id2')) ?? {}
    const { log, progress, plan } = Object(value).document
    expect(log).toHaveLength(15)
    expect(Object.keys(progress).toSorted()).toEqual(ids)
    expect(plan.tasks.map(({ status }: { status: string }) => status)).not.toContain('open')
    expect(plan.revision).toBe(16)
  })

  test('an update waits for a running revision and is applied after it', async () => {
    const { documents } = await makePlan()
    const world = testWorld({ now: Date.UTC(2026, 0, 2) })
    const again = scriptedModel([tasksAnswer(TASKS), estimatesAnswer(TASKS), outlookAnswer])
    const revising = createProducer({
      async *generate(request, call) {
        await world.sleep(2_000, call.signal)
        yield* again.generate(request, call)
      },
      documents,
      world,
    }).plan({ plan_id: 'id2', notes: 'Faster.' }, { signal: NEVER_ABORTED })
    await world.advance(500)
    const updating = createProducer({ generate: again.generate, documents, world })
    const first = updating.plan(
      { plan_id: 'id2', update: [{ id: WRITE, status: 'done' }], wait_seconds: 0 },
      { signal: NEVER_ABORTED },
    )
    await expect(first).rejects.toThrow('is being worked on')
    const second = updating.plan(
      { plan_id: 'id2', update: [{ id: 't06-write-the-script', status: 'done' }] },
      { signal: NEVER_ABORTED },
    )
    await world.advance(10_000)
    expect(await revising).toMatchObject({ status: 'complete', calls: 7 })
    expect(find(await second, 't06-write-the-script')).toMatchObject({ status: 'done' })
  })

  test('the open part of the plan passes all checks', async () => {
    const { update, world, producer } = await makePlan()
    await world.advance(2 * DAY)
    await update({ id: FIND, status: 'started', hours_spent: 1 }, { id: WRITE, status: 'done', hours_spent: 3 })
    const plan: KeptPlan = JSON.parse((await producer.export('id2', 'json')) ?? '')
    expect(plan.findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(checkPlan(plan).filter(({ check }) => ['P01', 'P02', 'P03', 'P04'].includes(check))).toEqual([])
  })
})
