import type { DependencyFix, GraphTask } from '../graph/graph.ts'
import type { Plan } from '../plan.ts'
import { type PlanCheck, planContext, runChecks, type Violation } from './check.ts'
import { criticalPathCheck } from './critical-path.ts'
import { datesCheck } from './dates.ts'
import { estimatesCheck } from './estimates.ts'
import { exportsCheck } from './exports.ts'
import { costCheck, deliverablesCheck, limitsCheck } from './outcome.ts'
import { availabilityCheck, capacityCheck, shiftsCheck } from './people.ts'
import { cyclesCheck, dependenciesCheck, idsCheck } from './structure.ts'

/** The rules of a plan, in the order of their ids. P09 to P11 are rules of a shooting schedule. */
export const PLAN_CHECKS: readonly PlanCheck[] = [
  idsCheck,
  dependenciesCheck,
  cyclesCheck,
  estimatesCheck,
  datesCheck,
  capacityCheck,
  criticalPathCheck,
  deliverablesCheck,
  costCheck,
  exportsCheck,
  limitsCheck,
  availabilityCheck,
  shiftsCheck,
]

/**
 * The rules that a plan breaks, recomputed from its published figures alone and by other means than those that made
 * them. An empty answer is a plan that keeps all of them.
 */
export function checkPlan(plan: Plan): readonly Violation[] {
  return runChecks(PLAN_CHECKS, plan, planContext(plan))
}

/** P02: every dependency that was proposed is kept or reported as fixed, and none is new. */
export function checkFixes(
  proposed: readonly GraphTask[],
  kept: readonly GraphTask[],
  fixes: readonly DependencyFix[],
): readonly Violation[] {
  const count = (edges: readonly string[]): ReadonlyMap<string, number> =>
    edges.reduce((seen, edge) => seen.set(edge, (seen.get(edge) ?? 0) + 1), new Map<string, number>())
  const edges = (tasks: readonly GraphTask[]): string[] =>
    tasks.flatMap(({ id, depends_on }) => depends_on.map((dependency) => `${id} on ${dependency}`))
  const before = count(edges(proposed))
  const after = count([...edges(kept), ...fixes.map(({ task, dependency }) => `${task} on ${dependency}`)])
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((edge) => before.get(edge) !== after.get(edge))
    .map((edge) => ({
      check: 'P02',
      message: `${edge}: proposed ${before.get(edge) ?? 0}, kept or reported ${after.get(edge) ?? 0}`,
    }))
}
