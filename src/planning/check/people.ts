import { momentOf } from '../calendar/local-time.ts'
import { rolesOf } from '../plan.ts'
import { findOverloads } from '../schedule/load.ts'
import type { PlanCheck } from './check.ts'
import { type WorkInterval, workIntervals } from './work-intervals.ts'

export const capacityCheck: PlanCheck = {
  id: 'P06',
  title: 'People',
  checks: 'No role is at more tasks at one time than it has people.',
  find({ tasks, team }, context) {
    const counts = new Map(team.map(({ role, count }) => [role, count]))
    const byRole = Map.groupBy(
      tasks.flatMap((task) => workIntervals(task, context).map((interval) => ({ id: task.id, ...interval }))),
      ({ role }) => role,
    )
    return [...byRole].flatMap(([role, all]) => findCrowds(role, all, counts.get(role) ?? 0))
  },
}

/** A sweep over starts and finishes that counts the people at work at each start. Overlaps of a minute are rounding. */
function findCrowds(
  role: string,
  all: readonly (WorkInterval & { readonly id: string })[],
  there: number,
): readonly string[] {
  const events = all
    .filter(({ from, to }) => from < to - 60)
    .flatMap(({ id, from, to, count }) => [
      { at: from, change: count, id },
      { at: to - 60, change: -count, id },
    ])
    .sort((a, b) => a.at - b.at || a.change - b.change)
  let busy = 0
  const problems: string[] = []
  for (const { change, id } of events) {
    busy += change
    if (change > 0 && busy > there) problems.push(`when ${id} starts, ${busy} of ${there} ${role} are at work`)
  }
  return problems
}

export const availabilityCheck: PlanCheck = {
  id: 'P15',
  title: 'Availability',
  checks: 'People work from their first to their last date only, and no more hours a week than they have.',
  find(plan, { roles }) {
    const open = plan.tasks.filter(({ status = 'open' }) => status !== 'done')
    return [
      ...open.flatMap((task) =>
        rolesOf(task).flatMap(({ role, hours }) => {
          const calendar = roles.get(role)
          if (calendar === undefined || hours === 0) return []
          return [
            ...(momentOf(task.start) < calendar.from && task.status !== 'started'
              ? [`${task.id} starts before ${role} is there`]
              : []),
            ...(momentOf(task.finish) > calendar.until ? [`${task.id} finishes when ${role} is no longer there`] : []),
          ]
        }),
      ),
      ...findOverloads(plan).map(
        ({ role, week, hours, available }) =>
          `${role} has ${hours} hours of work in the week of ${week}, and ${available} of time`,
      ),
    ]
  },
}

export const shiftsCheck: PlanCheck = {
  id: 'P16',
  title: 'Shifts',
  checks:
    'A shift (a shooting day) starts at its call on one working date and lasts until its wrap, and its people rest for the turnaround before the next.',
  find({ tasks }, { calendar, roles }) {
    const shifts = tasks.flatMap((task) =>
      task.shift && task.status !== 'done' ? [{ task, shift: task.shift, people: rolesOf(task) }] : [],
    )
    const byRole = Map.groupBy(
      shifts.flatMap((one) => one.people.map(({ role }) => ({ ...one, role }))),
      ({ role }) => role,
    )
    return [
      ...shifts.flatMap(({ task, shift, people }) => {
        const day = Math.floor(momentOf(task.start) / 86_400)
        const isWorked = people.every(
          ({ role }) => (roles.get(role)?.time ?? calendar.time).windowOf(day) !== undefined,
        )
        const length = (momentOf(task.finish) - momentOf(task.start)) / 3600
        return [
          ...(isWorked
            ? []
            : [`${task.id} is on ${task.start.slice(0, 10)}, which is not a working day of all its people`]),
          ...(task.start.slice(11) === shift.call
            ? []
            : [`${task.id} starts at ${task.start.slice(11)}, not at its call ${shift.call}`]),
          ...(Math.abs(length - shift.hours) < 0.02 ? [] : [`${task.id} lasts ${length} hours, not ${shift.hours}`]),
        ]
      }),
      ...[...byRole].flatMap(([role, all]) => {
        const inOrder = all.toSorted((a, b) => (a.task.start < b.task.start ? -1 : 1))
        return inOrder.slice(1).flatMap(({ task }, at) => {
          const before = inOrder[at]
          if (before === undefined) return []
          const rest = (momentOf(task.start) - momentOf(before.task.finish)) / 3600
          return rest >= (before.shift.turnaround_hours ?? 11)
            ? []
            : [`${role} has ${rest} hours of rest between ${before.task.id} and ${task.id}`]
        })
      }),
    ]
  },
}
