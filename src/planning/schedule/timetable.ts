import type { Calendar } from '../calendar/working-calendar.ts'
import { criticalPath } from '../graph/critical-path.ts'
import type { Plan, PlanTask, TeamMember } from '../plan.ts'
import { roundToHundredths } from '../round.ts'
import { schedule } from './schedule.ts'

/** What is known of a task before anything is computed. */
export type TaskDraft = Omit<PlanTask, 'start' | 'finish' | 'slack_hours' | 'critical'>

export type Timetable = Pick<
  Plan,
  'tasks' | 'critical_path' | 'critical_path_hours' | 'makespan_hours' | 'lower_bound_hours'
>

/**
 * Everything numeric about a plan: when each task runs with this team and calendar (each task takes one of its role; `seed` and `effort` are
 * those of `schedule`), which tasks are critical and how much slack the others have. Tasks come back in order of their start.
 *
 * @throws RangeError as `criticalPath` and `schedule` do: repair the graph and name every role in the team first.
 */
export function buildTimetable(
  drafts: readonly TaskDraft[],
  {
    team,
    calendar,
    ...options
  }: {
    readonly team: readonly TeamMember[]
    readonly calendar: Calendar
    readonly seed?: number
    readonly effort?: number
  },
): Timetable {
  const scheduleTasks = drafts.map((task) => ({
    id: task.id,
    hours: task.estimate_hours,
    depends_on: task.depends_on,
    needs: { [task.role]: 1 },
  }))
  const path = criticalPath(scheduleTasks)
  const resourceSchedule = schedule(
    { tasks: scheduleTasks, capacity: Object.fromEntries(team.map(({ role, count }) => [role, count])) },
    options,
  )
  const startHoursOf = (id: string): number => resourceSchedule.startHours[id] ?? 0
  const tasks = drafts
    .toSorted((a, b) => startHoursOf(a.id) - startHoursOf(b.id))
    .map((task) => ({
      ...task,
      start: calendar.startAt(startHoursOf(task.id)),
      finish: calendar.finishAt(startHoursOf(task.id) + task.estimate_hours),
      slack_hours: roundToHundredths(path.tasks[task.id]?.totalSlack ?? 0),
      critical: path.tasks[task.id]?.critical ?? false,
    }))
  return {
    tasks,
    critical_path: path.path,
    critical_path_hours: roundToHundredths(path.makespanHours),
    makespan_hours: roundToHundredths(resourceSchedule.makespanHours),
    lower_bound_hours: roundToHundredths(resourceSchedule.lowerBoundHours),
  }
}
