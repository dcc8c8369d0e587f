import { afterAll, beforeAll, expect, test } from 'vitest'
import { findCycle } from '../../src/planning/index.ts'
import { breakdown, lint, measurePages, parseFountain } from '../../src/screenplay/index.ts'
import { connect, runToCompletion, type TestClient } from '../support/clients.ts'

/** The steps of the demo with the understudy, each held to its promise. */
const MODEL = 'rehearsal/understudy'
type Json = Readonly<Record<string, unknown>>

let client: TestClient
let script: Json
let plan: Json

beforeAll(async () => {
  client = await connect('2.x on 2026-07-28')
  const concept = 'A lighthouse keeper, MARA, and her brother TOM must keep the lamp burning through one storm.'
  script = await runToCompletion(client, 'develop_script', { concept, format: 'short', target_pages: 4, model: MODEL })
  plan = await runToCompletion(client, 'plan_tasks', {
    script_id: script['script_id'],
    constraints: { start_date: '2026-11-23' },
    model: MODEL,
  })
}, 60_000)

afterAll(() => client.close())

test('the screenplay is Fountain: every speaker is in its cast, and its length is within 10 %', () => {
  const parsed = parseFountain(String(script['fountain']))
  const cast = (script['characters'] as { name: string }[]).map(({ name }) => name)
  const speakers = new Set(breakdown(parsed).flatMap((scene) => scene.cast))
  expect(speakers.size).toBeGreaterThan(1)
  expect([...speakers].filter((speaker) => !cast.includes(speaker))).toEqual([])
  expect(Math.abs(measurePages(parsed) - 4)).toBeLessThanOrEqual(0.4)
  expect(
    lint(parsed, { mode: 'generated', cast, targetPages: 4 }).filter((finding) => finding.severity === 'error'),
  ).toEqual([])
})

test('the plan has no cycle, and every date respects its dependencies', () => {
  const tasks = plan['tasks'] as {
    id: string
    depends_on: string[]
    start: string
    finish: string
    estimate_hours: number
  }[]
  expect(tasks.length).toBeGreaterThan(3)
  expect(findCycle(tasks.map(({ id, depends_on }) => ({ id, depends_on })))).toBeUndefined()
  const byId = new Map(tasks.map((task) => [task.id, task]))
  for (const task of tasks) {
    expect(task.start <= task.finish).toBe(true)
    for (const id of task.depends_on)
      expect(byId.get(id)?.finish, `${task.id} after ${id}`).toSatisfy((finish: string) => finish <= task.start)
  }
})

test('every answer of the understudy says that it is placeholder text', async () => {
  const { structured } = await client.call('generate_text', { prompt: 'A storm.', model: MODEL })
  expect(structured['text']).toMatch(/placeholder text/i)
  expect(script['fountain']).toMatch(/placeholder text/i)
})
