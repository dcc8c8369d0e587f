import type { Calendar } from './calendar.ts'
import { criticalPath } from './critical-path.ts'
import { hundredths } from './hundredths.ts'
import type { Plan, PlanTask, TeamMember } from './plan.ts'
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
export function timetable(
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
  const work = drafts.map((task) => ({
    id: task.id,
    hours: task.estimate_hours,
    depends_on: task.depends_on,
    needs: { [task.role]: 1 },
  }))
  const path = criticalPath(work)
  const levelled = schedule(
    { tasks: work, capacity: Object.fromEntries(team.map(({ role, count }) => [role, count])) },
    options,
  )
  const startOf = (id: string): number => levelled.starts[id] ?? 0
  const tasks = drafts
    .toSorted((a, b) => startOf(a.id) - startOf(b.id))
    .map((task) => ({
      ...task,
      start: calendar.startAt(startOf(task.id)),
      finish: calendar.finishAt(startOf(task.id) + task.estimate_hours),
      slack_hours: hundredths(path.tasks[task.id]?.totalSlack ?? 0),
      critical: path.tasks[task.id]?.critical ?? false,
    }))
  return {
    tasks,
    critical_path: path.path,
    critical_path_hours: hundredths(path.makespan),
    makespan_hours: hundredths(levelled.makespan),
    lower_bound_hours: hundredths(levelled.lowerBound),
  }
}
