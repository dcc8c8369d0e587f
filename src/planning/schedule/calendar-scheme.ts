import type { RoleCalendar } from '../calendar/availability.ts'
import { type CalendarTask, type Execution, executeTask, timeOf, type WorkPiece } from './placement.ts'
import { createResourceProfile, type ResourceProfile } from './resource-profile.ts'

/** A project on calendars, by position. */
export interface CalendarProblem {
  readonly tasks: readonly CalendarTask[]
  readonly roles: readonly RoleCalendar[]
  readonly predecessors: readonly (readonly number[])[]
}

/** The use of one role in its own working time: all work, work outside shifts, and rest after shifts. */
interface RoleProfiles {
  readonly busy: ResourceProfile
  readonly outsideShifts: ResourceProfile
  readonly resting: ResourceProfile
  readonly shifts: { readonly start: number; readonly finish: number; readonly turnaround: number }[]
}

/** The moment at which the result of a task is there. */
export function resultOf({ leadSeconds }: CalendarTask, { finish }: Execution): number {
  return finish + leadSeconds
}

/**
 * Serial schedule generation on calendars: the tasks of an order, one by one, at the earliest time that predecessors,
 * people and their rest allow. The order must keep the dependencies.
 */
export function createCalendarScheduler(problem: CalendarProblem): (order: readonly number[]) => readonly Execution[] {
  const { tasks, roles, predecessors } = problem
  return (order) => {
    const profiles = roles.map(({ count }): RoleProfiles => {
      const profile = (): ResourceProfile => createResourceProfile([count])
      return { busy: profile(), outsideShifts: profile(), resting: profile(), shifts: [] }
    })
    const placed = new Array<Execution>(tasks.length)
    for (const at of order) {
      const task = tasks[at]
      if (task === undefined) continue
      let from = task.earliest
      for (const before of predecessors[at] ?? []) {
        const [one, run] = [tasks[before], placed[before]]
        if (one && run) from = Math.max(from, resultOf(one, run))
      }
      placed[at] = placeTask(task, { roles, profiles, from })
    }
    return placed
  }
}

function placeTask(
  task: CalendarTask,
  {
    roles,
    profiles,
    from,
  }: { readonly roles: readonly RoleCalendar[]; readonly profiles: readonly RoleProfiles[]; readonly from: number },
): Execution {
  for (let moment = from; ; ) {
    const run = executeTask(task, roles, moment)
    const clash = task.shift ? shiftClash(task.shift, run, { roles, profiles }) : workClash(run, { roles, profiles })
    if (clash === undefined) {
      reserve(task, run, { roles, profiles })
      return run
    }
    moment = clash
  }
}

interface Staff {
  readonly roles: readonly RoleCalendar[]
  readonly profiles: readonly RoleProfiles[]
}

/** The moment at which the first busy role is free again; undefined where the people of all roles are free. */
function workClash({ pieces }: Execution, { roles, profiles }: Staff): number | undefined {
  for (const piece of pieces) {
    const profile = profiles[piece.role]
    const end = clashEnd(profile?.busy, piece) ?? clashEnd(profile?.resting, piece)
    if (end !== undefined) return timeOf(roles, piece.role).startOf(end)
  }
  return undefined
}

/** The same for a shift, which also needs its turnaround before the next shift and after it free of other work. */
function shiftClash(
  { turnaroundSeconds }: NonNullable<CalendarTask['shift']>,
  run: Execution,
  { roles, profiles }: Staff,
): number | undefined {
  for (const piece of run.pieces) {
    const { busy, outsideShifts, shifts = [] } = profiles[piece.role] ?? {}
    const tooClose = shifts.find(
      ({ start, finish, turnaround }) => run.start < finish + turnaround && start < run.finish + turnaroundSeconds,
    )
    if (tooClose) return tooClose.finish + tooClose.turnaround
    if (
      clashEnd(busy, piece) !== undefined ||
      clashEnd(outsideShifts, restOf(piece, run, turnaroundSeconds, roles)) !== undefined
    )
      return run.start + 1
  }
  return undefined
}

function reserve(task: CalendarTask, run: Execution, { roles, profiles }: Staff): void {
  for (const piece of run.pieces) {
    const { busy, outsideShifts, resting, shifts } = profiles[piece.role] ?? {}
    busy?.reserve(piece.from, piece.to - piece.from, [[0, piece.count]])
    if (task.shift) {
      const rest = restOf(piece, run, task.shift.turnaroundSeconds, roles)
      resting?.reserve(rest.from, rest.to - rest.from, [[0, rest.count]])
      shifts?.push({ start: run.start, finish: run.finish, turnaround: task.shift.turnaroundSeconds })
    } else outsideShifts?.reserve(piece.from, piece.to - piece.from, [[0, piece.count]])
  }
}

/** The working time of a role in which it rests after a shift. */
function restOf(
  { role, count }: WorkPiece,
  { finish }: Execution,
  turnaroundSeconds: number,
  roles: readonly RoleCalendar[],
): WorkPiece {
  const time = timeOf(roles, role)
  return { role, count, from: time.workedUntil(finish), to: time.workedUntil(finish + turnaroundSeconds) }
}

function clashEnd(profile: ResourceProfile | undefined, { from, to, count }: WorkPiece): number | undefined {
  return profile?.clashEnd(from, to - from, [[0, count]])
}
