import { momentOf } from '../calendar/local-time.ts'
import { DAY_SECONDS } from '../calendar/working-time.ts'
import { type PlanTask, rolesOf } from '../plan.ts'
import type { PlanContext } from './check.ts'

/** People of one role at work on a task, without a pause but those of their own calendar. Moments are local seconds. */
export interface WorkInterval {
  readonly role: string
  readonly count: number
  readonly from: number
  readonly to: number
}

/**
 * When each role works on a task, from its published dates: from start to finish, or until its own hours are done. Where
 * the roles have different calendars, work goes on in the minutes in which all roles with hours left are at work.
 */
export function workIntervals(task: PlanTask, { calendar, roles }: PlanContext): readonly WorkInterval[] {
  const [start, finish] = [momentOf(task.start), momentOf(task.finish)]
  const people = rolesOf(task)
    .filter(({ hours }) => hours > 0)
    .map(({ role, hours, count = 1 }) => ({ role, hours, count, time: roles.get(role)?.time ?? calendar.time }))
  if (task.shift || people.every(({ time }) => time === people[0]?.time)) {
    return people.map(({ role, count, hours, time }) => {
      const isWhole = task.shift !== undefined || hours >= task.estimate_hours || task.status === 'started'
      return { role, count, from: start, to: isWhole ? finish : time.finishOf(time.workedUntil(start) + hours * 3600) }
    })
  }
  const minutesLeft = people.map(({ hours }) => Math.floor(hours * 60 + 1e-6))
  const intervals: (WorkInterval & { to: number })[] = []
  for (let moment = start; moment < finish; moment += 60) {
    const active = [...people.keys()].filter((at) => (minutesLeft[at] ?? 0) > 0)
    const isCommon = active.every((at) => {
      const window = people[at]?.time.windowOf(Math.floor(moment / DAY_SECONDS))
      return window !== undefined && window.from <= moment && moment < window.to
    })
    if (!isCommon) continue
    for (const at of active) {
      minutesLeft[at] = (minutesLeft[at] ?? 0) - 1
      const { role = '', count = 1 } = people[at] ?? {}
      const open = intervals.findLast((one) => one.role === role && one.to === moment)
      if (open) open.to = moment + 60
      else intervals.push({ role, count, from: moment, to: moment + 60 })
    }
  }
  return intervals
}
