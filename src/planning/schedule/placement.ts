import type { RoleCalendar } from '../calendar/availability.ts'
import { momentOf } from '../calendar/local-time.ts'
import { DAY_SECONDS, type WorkingTime } from '../calendar/working-time.ts'
import { type PlanTask, rolesOf } from '../plan.ts'

/** Work of one role in a task: the position of the role, how many of it, and seconds of each. */
interface RoleWork {
  readonly role: number
  readonly count: number
  readonly seconds: number
}

/** A task as the calendar scheme sees it. Moments are local seconds. */
export interface CalendarTask {
  readonly work: readonly RoleWork[]
  /** The earliest moment at which it may start, besides its dependencies. */
  readonly earliest: number
  /** Seconds on the clock from its finish to its result. */
  readonly leadSeconds: number
  readonly shift?:
    | { readonly callSeconds: number; readonly seconds: number; readonly turnaroundSeconds: number }
    | undefined
}

/** Work of a role in one piece, in seconds of the role's own working time. */
export interface WorkPiece {
  readonly role: number
  readonly count: number
  readonly from: number
  readonly to: number
}

/** A task in time, without regard to other tasks that need its people. */
export interface Execution {
  readonly start: number
  readonly finish: number
  readonly pieces: readonly WorkPiece[]
}

/** Roles without common working time in so many days never have any, because weeks repeat. */
const MAX_DAYS_WITHOUT_WORK = 400

/** The task of a plan by position of its roles. `seconds` of each role come from `hours`, or from the part that is left. */
export function toCalendarTask(
  task: Pick<PlanTask, 'id' | 'role' | 'roles' | 'estimate_hours' | 'lead_days' | 'not_before' | 'shift'>,
  roles: readonly RoleCalendar[],
  { leftHours, now }: { readonly leftHours: number; readonly now: number },
): CalendarTask {
  const share = task.estimate_hours > 0 ? leftHours / task.estimate_hours : 1
  const work = rolesOf(task).map(({ role: name, hours, count = 1 }): RoleWork => {
    const role = roles.findIndex((one) => one.role === name)
    const there = roles[role]?.count ?? 0
    if (count > there) throw new RangeError(`${task.id} needs ${count} of "${name}", and the team has ${there}`)
    if (!(hours >= 0 && hours < Number.POSITIVE_INFINITY))
      throw new RangeError(`${task.id} takes ${hours} hours: give a number >= 0`)
    return { role, count, seconds: Math.ceil(hours * share * 3600 - 1e-6) }
  })
  const froms = work.map(({ role }) => roles[role]?.from ?? Number.NEGATIVE_INFINITY)
  const [hours = 0, minutes = 0] = (task.shift?.call ?? '').split(':').map(Number)
  return {
    work,
    earliest: Math.max(
      now,
      ...froms,
      task.not_before === undefined ? Number.NEGATIVE_INFINITY : momentOf(task.not_before),
    ),
    leadSeconds: Math.round((task.lead_days ?? 0) * DAY_SECONDS),
    ...(task.shift && {
      shift: {
        callSeconds: hours * 3600 + minutes * 60,
        seconds: Math.round(task.shift.hours * 3600),
        turnaroundSeconds: Math.round((task.shift.turnaround_hours ?? 11) * 3600),
      },
    }),
  }
}

/**
 * The task from the first moment at or after `from` at which it can run: a shift as a whole on one date, other work in
 * the common working time of the roles with hours left.
 *
 * @throws RangeError where its roles share no working time.
 */
export function executeTask(task: CalendarTask, roles: readonly RoleCalendar[], from: number): Execution {
  if (task.shift) return executeShift(task, task.shift, roles, from)
  const active = task.work.filter(({ seconds }) => seconds > 0)
  const [first] = active
  if (first === undefined) return { start: from, finish: from, pieces: [] }
  const times = active.map(({ role }) => timeOf(roles, role))
  const [time] = times
  if (time !== undefined && times.every((one) => one === time)) {
    const start = time.workedUntil(from)
    const longest = active.reduce((most, { seconds }) => Math.max(most, seconds), 0)
    return {
      start: time.startOf(start),
      finish: time.finishOf(start + longest),
      pieces: active.map(({ role, count, seconds }) => ({ role, count, from: start, to: start + seconds })),
    }
  }
  return executeTogether(active, roles, from)
}

/** Work day by day, in the common windows of the roles with hours left. */
function executeTogether(work: readonly RoleWork[], roles: readonly RoleCalendar[], from: number): Execution {
  const left = work.map(({ seconds }) => seconds)
  const pieces: WorkPiece[] = []
  let start: number | undefined
  let moment = from
  let lastWorked = Math.floor(from / DAY_SECONDS)
  for (let day = lastWorked; left.some((seconds) => seconds > 0); ) {
    const active = [...work.keys()].filter((at) => (left[at] ?? 0) > 0)
    const windows = active.map((at) => timeOf(roles, work[at]?.role ?? 0).windowOf(day))
    const opens = windows.reduce((latest, window) => Math.max(latest, window?.from ?? Number.POSITIVE_INFINITY), moment)
    const closes = windows.reduce((first, window) => Math.min(first, window?.to ?? 0), Number.POSITIVE_INFINITY)
    if (opens >= closes) {
      day += 1
      if (day - lastWorked > MAX_DAYS_WITHOUT_WORK) {
        const names = work.map(({ role }) => roles[role]?.role ?? '').join(' and ')
        throw new RangeError(`${names} never work at the same time: give them a day in common`)
      }
      continue
    }
    const step = active.reduce((least, at) => Math.min(least, left[at] ?? 0), closes - opens)
    for (const at of active) {
      const { role, count } = work[at] ?? { role: 0, count: 0 }
      const worked = timeOf(roles, role).workedUntil(opens)
      appendPiece(pieces, { role, count, from: worked, to: worked + step })
      left[at] = (left[at] ?? 0) - step
    }
    start ??= opens
    moment = opens + step
    lastWorked = day
  }
  return { start: start ?? from, finish: moment, pieces }
}

/** On the first date from `from` on on which all of its people work and the call is still to come. */
function executeShift(
  { work }: CalendarTask,
  { callSeconds, seconds }: NonNullable<CalendarTask['shift']>,
  roles: readonly RoleCalendar[],
  from: number,
): Execution {
  let day = Math.ceil((from - callSeconds) / DAY_SECONDS)
  for (let tried = 0; ; tried++) {
    const next = work.reduce((latest, { role }) => Math.max(latest, timeOf(roles, role).nextWorkday(day)), day)
    if (next === day) break
    if (tried > MAX_DAYS_WITHOUT_WORK) {
      const names = work.map(({ role }) => roles[role]?.role ?? '').join(' and ')
      throw new RangeError(`${names} never work on the same day: give them a day in common`)
    }
    day = next
  }
  const pieces = work.flatMap(({ role, count }): WorkPiece[] => {
    const time = timeOf(roles, role)
    const window = time.windowOf(day)
    return window ? [{ role, count, from: time.workedUntil(window.from), to: time.workedUntil(window.to) }] : []
  })
  const start = day * DAY_SECONDS + callSeconds
  return { start, finish: start + seconds, pieces }
}

function appendPiece(pieces: WorkPiece[], piece: WorkPiece): void {
  const at = pieces.findIndex(({ role, to }) => role === piece.role && to === piece.from)
  const before = pieces[at]
  if (before) pieces[at] = { ...before, to: piece.to }
  else pieces.push(piece)
}

export function timeOf(roles: readonly RoleCalendar[], role: number): WorkingTime {
  const time = roles[role]?.time
  if (time === undefined) throw new RangeError(`there is no role ${role}`)
  return time
}
