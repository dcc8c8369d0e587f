import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assemble } from '../../../../src/agents/producer/assemble.ts'
import type { PlanDocument } from '../../../../src/agents/producer/document.ts'
import { expectedHours, settledEstimates } from '../../../../src/agents/producer/estimate.ts'
import { applyUpdates } from '../../../../src/agents/producer/living.ts'
import { settledScope } from '../../../../src/agents/producer/questions/scope.ts'
import { settle } from '../../../../src/agents/producer/settle.ts'
import { blocksOf, termsOf, withShooting } from '../../../../src/agents/producer/shooting.ts'
import type { Scene } from '../../../../src/agents/producer/shooting-shapes.ts'
import { checkPlan, checkShooting } from '../../../../src/planning/index.ts'

const name = fc.oneof(
  fc.nat(6).map((number) => `t${number}`),
  fc.constantFrom('', ' ', 'T1', '__proto__', 'shoot-01', 't01-write'),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
)
const text = fc.string({ unit: 'grapheme', maxLength: 30 })
const hours = fc.oneof(fc.nat(40), fc.double(), fc.constantFrom(-8, 0, 1e9, Number.NaN, Number.POSITIVE_INFINITY))
const role = fc.constantFrom('Writer', 'writers', 'Lead writer', '', 'Crew', '__proto__')
const scope = fc.record({
  deliverables: fc.array(text, { minLength: 1, maxLength: 3 }),
  assumptions: fc.array(text, { maxLength: 2 }),
  roles: fc.array(fc.record({ role, count: fc.integer({ min: -1, max: 3 }) }), { maxLength: 3 }),
})
const tasks = fc.record({
  tasks: fc.array(
    fc.record({
      id: name,
      title: fc.oneof(text, name),
      description: text,
      role,
      depends_on: fc.array(name, { maxLength: 4 }),
      priority: fc.constantFrom('high' as const, 'medium' as const, 'low' as const),
      acceptance: text,
      deliverable: fc.constantFrom('d1', 'd2'),
    }),
    { maxLength: 12 },
  ),
  shooting: fc.record({ role, task_ids: fc.array(name, { maxLength: 3 }) }),
})
const estimate = fc.record({
  optimistic_hours: hours,
  likely_hours: hours,
  pessimistic_hours: hours,
  estimate_basis: text,
})
const scenes = (most: number) =>
  fc.array(
    fc.record({
      int_ext: fc.constantFrom('INT', 'EXT'),
      set: fc.constantFrom('KITCHEN', 'BEACH', 'ATTIC'),
      time: fc.constantFrom('DAY', 'NIGHT', 'LATER', ''),
      cast: fc.uniqueArray(fc.constantFrom('ANNA', 'TOM', 'MARA'), { maxLength: 3 }),
      eighths: fc.integer({ min: 1, max: 60 }),
    }),
    { maxLength: most },
  )
const asScenes = (some: readonly Omit<Scene, 'scene' | 'heading' | 'summary'>[]): Scene[] =>
  some.map((one, at) => ({
    ...one,
    cast: [...one.cast],
    scene: at + 1,
    heading: `${one.int_ext}. ${one.set}`,
    summary: '',
  }))
const team = fc.option(
  fc.array(fc.record({ role: fc.constantFrom('Writer', 'Crew', 'Editor'), count: fc.integer({ min: 1, max: 2 }) }), {
    maxLength: 3,
  }),
  { nil: undefined },
)

const updates = fc.array(
  fc.record({
    at: fc.nat(20),
    status: fc.constantFrom('done' as const, 'started' as const, 'blocked' as const, 'open' as const),
    hours_spent: fc.option(fc.nat(60), { nil: undefined }),
  }),
  { maxLength: 6 },
)

const EMPTY: PlanDocument = {
  goal: 'A film',
  scenes: [],
  constraints: {},
  detail: 'standard',
  model: 'auto',
  created_on: '2026-01-01',
  revision: 1,
  progress: {},
  log: [],
  history: [],
  changes: [],
  spent: { calls: 0, microUsd: 0, unpriced: 0, models: [] },
}
const MOST_TASKS = 8
const MONDAY = Date.UTC(2026, 0, 5, 11)

describe('any answer that fits the schemas becomes a plan that passes all checks', () => {
  test('with any ids, titles, hours, roles, dependencies, scenes and updates', () => {
    fc.assert(
      fc.property(scope, tasks, fc.array(estimate, { maxLength: 12 }), scenes(3), team, updates, (...given) => {
        const [asked, proposed, points, some, people, news] = given
        const base = withShooting({ ...EMPTY, scenes: asScenes(some), constraints: people ? { team: people } : {} })
        const goal = settledScope(asked, base)
        const named = settle(proposed, {
          mostTasks: MOST_TASKS,
          blocks: base.shooting ? blocksOf(base.shooting.schedule) : [],
          deliverables: goal.deliverables,
          earlierIds: ['t01-write', 't04'],
          usedIds: ['t07-gone'],
        })
        const answers = Object.fromEntries(named.tasks.flatMap(({ id }, at) => (points[at] ? [[id, points[at]]] : [])))
        const estimates = { done: [], ...settledEstimates(answers, named.tasks) }
        const document: PlanDocument = { ...base, scope: goal, named, estimates }
        const plan = assemble('p', document, 0)
        expect(plan === undefined).toBe(named.tasks.length + some.length === 0)
        if (plan === undefined) return

        expect(checkPlan(plan)).toEqual([])
        expect(plan.findings.filter(({ severity }) => severity === 'error')).toEqual([])
        expect(plan.tasks.some(({ id }) => /^t0[2356]|^t07/.test(id))).toBe(false)
        for (const task of plan.tasks) {
          const { optimistic_hours, likely_hours, pessimistic_hours } = task
          expect(0 < optimistic_hours && optimistic_hours <= likely_hours && likely_hours <= pessimistic_hours).toBe(
            true,
          )
          if (task.deliverable !== 'shooting') expect(task.estimate_hours).toBe(expectedHours(task))
        }
        const titled = proposed.tasks.filter(({ title }) => title.trim() !== '').length
        const said = plan.findings.map(({ message }) => message).join('\n')
        if (titled < proposed.tasks.length) expect(said).toContain('without a title')
        if (titled > MOST_TASKS) expect(said).toContain(`gave ${titled} tasks`)

        const later = applyUpdates(
          { ...document, plan },
          news.map(({ at, ...one }) => ({ ...one, id: plan.tasks[at % plan.tasks.length]?.id ?? '' })),
          MONDAY,
        )
        const after = assemble('p', later, MONDAY)
        expect(after?.findings.filter(({ severity }) => severity === 'error')).toEqual([])
        const isEarly = (id: string): boolean => (later.progress[id]?.status ?? 'open') === 'open'
        if (Object.keys(later.progress).length > 0)
          for (const { id, start } of after?.tasks ?? [])
            if (isEarly(id)) expect(start >= '2026-01-05T11:00').toBe(true)
      }),
      { numRuns: 150 },
    )
  })

  test('the shooting of any scenes passes all checks and has a task for each day', () => {
    fc.assert(
      fc.property(scenes(9), fc.constantFrom(1, 2.5, 5), fc.boolean(), (some, pages_per_day, paid) => {
        const day_rates = paid ? { anna: 700, tom: 333.33 } : undefined
        const constraints = { pages_per_day, ...(day_rates && { day_rates }) }
        const { shooting } = withShooting({ ...EMPTY, scenes: asScenes(some), constraints })
        expect(shooting === undefined).toBe(some.length === 0)
        if (shooting === undefined) return
        expect(checkShooting(shooting.schedule, termsOf(shooting.terms))).toEqual([])
        const blocks = blocksOf(shooting.schedule)
        expect(blocks.reduce((sum, { eighths }) => sum + eighths, 0)).toBe(
          some.reduce((sum, one) => sum + one.eighths, 0),
        )
        expect(new Set(blocks.map(({ id }) => id)).size).toBe(shooting.schedule.spanDays)
      }),
      { numRuns: 50 },
    )
  })
})
