import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KeptPlan } from '../../src/agents/producer/document.ts'
import { checkPlan } from '../../src/planning/index.ts'
import { breakdown, parseFountain } from '../../src/screenplay/index.ts'
import { connect, runToCompletion, type TestClient } from '../support/clients.ts'

const model = 'rehearsal/understudy'
const RATE = 500

describe('a script is written and then planned, through the built server', () => {
  const home = mkdtempSync(join(tmpdir(), 'showrunner-plan-'))
  let [one, two]: TestClient[] = []
  let plan: KeptPlan
  let id = ''
  let fountain = ''

  beforeAll(async () => {
    const env = { SHOWRUNNER_HOME: home }
    one = await connect('2.x on 2026-07-28', { env })
    two = await connect('1.x', { env })
    const concept = 'A lighthouse keeper, MARA, and her brother TOM must keep the lamp burning through one storm.'
    const script = await runToCompletion(one, 'develop_script', { concept, format: 'short', target_pages: 8, model })
    fountain = (await one.read(`script://${script['script_id']}/fountain`)).text
    const cast = [...new Set(breakdown(parseFountain(fountain)).flatMap((scene) => scene.cast))]
    const made = await runToCompletion(one, 'plan_tasks', {
      script_id: script['script_id'],
      detail: 'standard',
      model,
      constraints: {
        start_date: '2026-03-02',
        pages_per_day: 2,
        day_rates: Object.fromEntries(cast.map((name) => [name, RATE])),
      },
    })
    expect(made).toMatchObject({ status: 'complete', next: expect.stringContaining('Can start now: ') })
    id = String(made['plan_id'])
    plan = JSON.parse((await one.read(`plan://${id}/json`)).text)
  }, 120_000)

  afterAll(async () => {
    await one?.close()
    await two?.close()
  })

  test('every scene is shot exactly once, and its eighths are the script’s', () => {
    const scenes = breakdown(parseFountain(fountain))
    const shot = new Map<string, number>()
    for (const { scene, eighths } of plan.shooting?.days.flatMap(({ strips }) => strips) ?? [])
      shot.set(scene, (shot.get(scene) ?? 0) + eighths)
    expect([...shot].toSorted(([a], [b]) => Number(a) - Number(b))).toEqual(
      scenes.map(({ scene, eighths }) => [String(scene), eighths]),
    )
    expect(plan.shooting?.scenes.map(({ cast }) => cast)).toEqual(scenes.map(({ cast }) => cast))
    expect(plan.shooting?.days.every(({ eighths }) => eighths <= 16)).toBe(true)
  })

  test('what waiting costs, counted square by square, is what is reported, and no more than in script order', () => {
    const { days = [], order } = plan.shooting ?? {}
    const last = days.at(-1)?.day ?? 0
    const works = (member: string, day: number): boolean =>
      days.some((one) => one.day === day && one.cast.includes(member))
    let [paid, held] = [0, 0]
    for (const member of new Set(days.flatMap(({ cast }) => cast))) {
      const its = Array.from({ length: last }, (_, at) => at + 1).filter((day) => works(member, day))
      const span = (its.at(-1) ?? 0) - (its[0] ?? 0) + 1
      paid += span * RATE
      held += (span - its.length) * RATE
    }
    expect(order).toMatchObject({ unit: 'usd', cost: paid, hold_cost: held })
    expect(order?.cost).toBeLessThanOrEqual(order?.script_order_cost ?? 0)
    expect(order?.lower_bound).toBeLessThanOrEqual(paid)
  })

  test('the plan keeps every promise, and says what the order of shooting saves', () => {
    expect(checkPlan(plan)).toEqual([])
    expect(plan.findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(plan.findings.find(({ code }) => code === 'P11')?.message).toContain('script order')
  })

  test.each([
    ['md', 'text/markdown'],
    ['mermaid', 'text/vnd.mermaid'],
    ['csv', 'text/csv'],
    ['ics', 'text/calendar'],
    ['dot', 'text/vnd.graphviz'],
    ['mspdi', 'application/xml'],
    ['html', 'text/html'],
    ['stripboard', 'text/html'],
    ['oneliner', 'text/markdown'],
    ['dood', 'text/markdown'],
    ['breakdown', 'text/markdown'],
    ['callsheets', 'text/markdown'],
    ['fdx', 'application/xml'],
  ])('it can be read as %s', async (format, mimeType) => {
    const read = await one?.read(`plan://${id}/${format}`)
    expect(read?.mimeType).toBe(mimeType)
    expect(read?.text.length).toBeGreaterThan(100)
  })

  test('it is written as files, whose paths the result names', async () => {
    const { structured, text } = (await one?.call('plan_tasks', { plan_id: id })) ?? {}
    const files = structured?.['files'] as readonly string[]
    expect(files.map((file) => basename(file))).toEqual(
      expect.arrayContaining(['plan.md', 'plan.csv', 'plan.ics', 'gantt.html', 'strip-board.html', 'call-sheets.md']),
    )
    expect(files.every((file) => file.startsWith(join(home, 'plans')) && existsSync(file))).toBe(true)
    expect(text).toMatch(/^The plan is complete: \d+ tasks/)
  })

  test('two clients that update at once lose nothing', async () => {
    const clients = [one, two].filter((client) => client !== undefined)
    const calls = plan.tasks.flatMap((task, at) => {
      const update = [{ id: task.id, status: at % 3 ? 'started' : 'done', hours_spent: at + 1 }]
      return [clients[at % 2]?.call('plan_tasks', { plan_id: id, update })]
    })
    for (const answer of await Promise.all(calls)) expect(answer?.isError).toBe(false)
    const after: KeptPlan = JSON.parse((await one?.read(`plan://${id}/json`))?.text ?? '')
    const states = new Map(after.tasks.map((task) => [task.id, [task.status, task.actual_hours]]))
    expect(plan.tasks.map((task) => states.get(task.id))).toEqual(
      plan.tasks.map((_, at) => [at % 3 ? 'started' : 'done', at + 1]),
    )
    expect(after.revision).toBe(plan.revision + plan.tasks.length)
    expect(after.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  }, 60_000)
})
