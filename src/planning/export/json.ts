import type { Plan } from '../plan.ts'

/** The plan as a JSON document. */
export function toJson(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`
}
