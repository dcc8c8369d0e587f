import type { Estimate, Finding, NamedTask } from './document.ts'
import { oneLine } from './text.ts'

/** Half a year of one person, because a longer single task cannot be estimated. */
const MOST_HOURS = 1000
const LIKELY_HOURS = 8

/**
 * The expected value of three points, (optimistic + 4 likely + pessimistic) / 6, to the quarter of an hour. Plans count
 * with it and not with the likeliest value, because delays are longer than the time that good luck saves and a sum of
 * likeliest values is too short. Source: Malcolm et al., "Application of a technique for research and development
 * program evaluation" (1959).
 */
export function expectedHours({ optimistic_hours, likely_hours, pessimistic_hours }: Estimate): number {
  return quarter((optimistic_hours + 4 * likely_hours + pessimistic_hours) / 6)
}

/** The problems of an estimate, worded for the model. */
export function estimateFaults(id: string, estimate: Estimate | undefined): readonly string[] {
  if (estimate === undefined) return [`"${id}" has no estimate.`]
  const points = pointsOf(estimate)
  if (!points.every(isPossible)) {
    return [`"${id}" takes ${points.join(', ')} hours: give numbers above 0 and at most ${MOST_HOURS}.`]
  }
  return isRising(points) ? [] : [`"${id}" takes ${points.join(', ')} hours: give the least first and the most last.`]
}

/**
 * Valid estimates from any answer, and a finding for each change. Impossible values become the usual hours of this plan or
 * the maximum, points out of order are sorted, and a missing estimate is assumed.
 */
export function settledEstimates(
  given: Readonly<Record<string, Estimate>>,
  tasks: readonly Pick<NamedTask, 'id'>[],
): { readonly by_id: Record<string, Estimate>; readonly findings: Finding[] } {
  const findings: Finding[] = []
  const warn = (message: string): void => void findings.push({ code: 'P04', severity: 'warn', message })
  const likely = Object.values(given).map(({ likely_hours }) => likely_hours)
  const possible = likely.filter(isPossible).toSorted((a, b) => a - b)
  const usual = quarter(possible[Math.floor(possible.length / 2)] ?? LIKELY_HOURS)
  const settled = tasks.map(({ id }): readonly [string, Estimate] => {
    const estimate = Object.hasOwn(given, id) ? given[id] : undefined
    if (estimate === undefined) {
      warn(`The model gave ${id} no estimate; it was given ${usual} hours, the usual length of a task of this plan.`)
      return [id, assumed(usual, 'the usual length of a task of this plan')]
    }
    const points = pointsOf(estimate)
    const basis = oneLine(estimate.estimate_basis, 200)
    if (points.every(isPossible)) {
      if (!isRising(points)) warn(`The model gave ${id} ${points.join(', ')} hours; they were put in order.`)
      return [id, asEstimate(points, basis)]
    }
    const [most, why] = isTooLong(points)
      ? [MOST_HOURS, 'the most that one task may take']
      : [usual, 'the usual length of a task of this plan']
    warn(`The model gave ${id} ${points.join(', ')} hours; it was given ${most}, ${why}.`)
    return [id, assumed(most, why)]
  })
  return { by_id: Object.fromEntries(settled), findings }
}

function pointsOf({ optimistic_hours, likely_hours, pessimistic_hours }: Estimate): readonly number[] {
  return [optimistic_hours, likely_hours, pessimistic_hours]
}

function asEstimate(points: readonly number[], estimate_basis: string): Estimate {
  const [optimistic_hours = 0, likely_hours = 0, pessimistic_hours = 0] = points.toSorted((a, b) => a - b).map(quarter)
  return { optimistic_hours, likely_hours, pessimistic_hours, estimate_basis }
}

function assumed(hours: number, why: string): Estimate {
  return asEstimate([hours, hours, hours], `assumed: ${why}`)
}

function isPossible(hours: number): boolean {
  return hours > 0 && hours <= MOST_HOURS
}

function isTooLong(points: readonly number[]): boolean {
  return points.every((hours) => hours > 0) && points.some((hours) => hours > MOST_HOURS)
}

function isRising([least = 0, likely = 0, most = 0]: readonly number[]): boolean {
  return least <= likely && likely <= most
}

/** Rounded to quarters of an hour, at least one. */
function quarter(hours: number): number {
  return Math.max(1, Math.round(hours * 4)) / 4
}
