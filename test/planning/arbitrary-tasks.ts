import fc from 'fast-check'
import { repairGraph } from '../../src/planning/index.ts'

/** Unchecked tasks, as from a careless model: dependencies may be cyclic, unknown or repeated. */
export const uncheckedTasks = fc
  .array(fc.record({ hours: quarterHours(), depends_on: fc.array(fc.nat(14), { maxLength: 4 }), role: fc.nat(2) }), {
    maxLength: 12,
  })
  .map((tasks) =>
    tasks.map(({ hours, depends_on, role }, index) => ({
      id: `t${index}`,
      hours,
      depends_on: depends_on.map((at) => `t${at}`),
      needs: { [`role${role}`]: 1 },
    })),
  )

/** Tasks that can be scheduled. */
export const schedulableTasks = uncheckedTasks.map((wild) => repairGraph(wild).tasks)

export const anyCapacity = fc.record({ role0: count(), role1: count(), role2: count() })

function quarterHours(): fc.Arbitrary<number> {
  return fc.nat(80).map((quarters) => quarters / 4)
}

function count(): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max: 3 })
}
