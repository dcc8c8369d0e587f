import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assemble } from '../../src/agents/producer/assemble.ts'
import { settle } from '../../src/agents/producer/settle.ts'
import type { PlanDocument } from '../../src/agents/producer/shapes.ts'
import { checkPlan } from '../../src/planning/index.ts'

const name = fc.oneof(
  fc.nat(6).map((number) => `t${number}`),
  fc.constantFrom('', ' ', 'T1', '__proto__', 'shoot-01', 't01-write'),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
)
const text = fc.string({ unit: 'grapheme', maxLength: 30 })
const hours = fc.oneof(fc.nat(40), fc.double(), fc.constantFrom(-8, 0, 1e9, Number.NaN, Number.POSITIVE_INFINITY))
const role = fc.constantFrom('Writer', 'writers', 'Lead writer', '', 'Crew', '__proto__')
const answer = fc.record({
  deliverables: fc.array(text, { maxLength: 2 }),
  assumptions: fc.array(text, { maxLength: 2 }),
  roles: fc.array(fc.record({ role, count: fc.integer({ min: -1, max: 3 }) }), { maxLength: 3 }),
  tasks: fc.array(
    fc.record({
      id: name,
      title: fc.oneof(text, name),
      description: text,
      role,
      estimate_hours: hours,
      estimate_basis: text,
      depends_on: fc.array(name, { maxLength: 4 }),
      priority: fc.constantFrom('high' as const, 'medium' as const, 'low' as const),
      acceptance: text,
    }),
    { maxLength: 12 },
  ),
  shooting: fc.record({ role, task_ids: fc.array(name, { maxLength: 3 }) }),
})
const team = fc.option(
  fc.array(fc.record({ role: fc.constantFrom('Writer', 'Crew', 'Editor'), count: fc.integer({ min: 1, max: 2 }) }), {
    maxLength: 3,
  }),
  { nil: undefined },
)

const LIMITS = {
  mostTasks: 8,
  blocks: [{ id: 'shoot-01', title: 'Shoot KITCHEN', description: 'Scene 1.', pages: 2 }],
  hoursPerDay: 8,
  earlierIds: ['t01-write', 't04'],
  usedIds: ['t07-gone'],
}

describe('whatever fits the schema becomes a plan that keeps every promise', () => {
  test('with any ids, titles, hours, roles and dependencies', () => {
    fc.assert(
      fc.property(answer, team, (proposed, people) => {
        const work = settle(proposed, LIMITS)
        const document: PlanDocument = {
          goal: 'A film',
          blocks: [],
          constraints: people ? { team: people } : {},
          detail: 'standard',
          model: 'auto',
          created_on: '2026-01-01',
          revision: 1,
          history: [],
          changes: [],
          spent: { calls: 0, microUsd: 0, unpriced: 0, models: [] },
        }
        const plan = assemble('p', document, work, 0)
        expect(checkPlan(plan)).toEqual([])
        expect(plan.findings.filter(({ severity }) => severity === 'error')).toEqual([])
        expect(plan.tasks.some(({ id }) => id === 'shoot-01')).toBe(true)
        expect(plan.tasks.some(({ id }) => /^t0[2356]|^t07/.test(id))).toBe(false)
        const titled = proposed.tasks.filter(({ title }) => title.trim() !== '').length
        const told = plan.findings.map(({ message }) => message).join('\n')
        if (titled < proposed.tasks.length) expect(told).toContain('without a title')
        if (titled > LIMITS.mostTasks) expect(told).toContain(`gave ${titled} tasks`)
      }),
      { numRuns: 500 },
    )
  })
})
