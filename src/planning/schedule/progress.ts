import type { PlanTask, TaskStatus } from '../plan.ts'

/** The latest report on a task. Times are local `YYYY-MM-DDTHH:MM`, in the time zone of the plan. */
export interface TaskProgress {
  readonly status: TaskStatus
  /** Working hours spent on it so far, where they are known. */
  readonly hours?: number | undefined
  /** When it was first reported as started. */
  readonly since?: string | undefined
  /** When this was reported. */
  readonly at?: string | undefined
}

/** A started task whose hours are used up still takes a little, because it was not reported as done. */
const REST_HOURS = 0.25

/** Hours that are left of a task. Beyond its estimate it counts with the pessimistic one. */
export function remainingHours(
  task: Pick<PlanTask, 'estimate_hours' | 'pessimistic_hours'>,
  { status, hours = 0 }: Pick<TaskProgress, 'status' | 'hours'> = { status: 'open' },
): number {
  if (status === 'done') return 0
  if (status === 'open') return task.estimate_hours
  const { estimate_hours: estimate, pessimistic_hours: most = estimate } = task
  return Math.max(REST_HOURS, hours < estimate ? estimate - hours : most - hours)
}

/** Hours of a task that are spent and left: what its cost is counted with. */
export function expectedHours(
  task: Pick<PlanTask, 'estimate_hours' | 'pessimistic_hours'>,
  progress: TaskProgress = { status: 'open' },
): number {
  const { status, hours } = progress
  if (status === 'done') return hours ?? task.estimate_hours
  return (hours ?? 0) + remainingHours(task, progress)
}

/**
 * The tasks that are not done, with the hours that are left of them: done tasks hold nothing up any more, started ones
 * wait for nothing.
 */
export function openTasks<T extends Pick<PlanTask, 'id' | 'depends_on' | 'estimate_hours' | 'pessimistic_hours'>>(
  tasks: readonly T[],
  progress: Readonly<Record<string, TaskProgress>> = {},
): readonly (T & { readonly hours: number; readonly isStarted: boolean })[] {
  const statusOf = (id: string): TaskStatus => (Object.hasOwn(progress, id) ? (progress[id]?.status ?? 'open') : 'open')
  return tasks
    .filter(({ id }) => statusOf(id) !== 'done')
    .map((task) => {
      const isStarted = statusOf(task.id) === 'started'
      return {
        ...task,
        hours: remainingHours(task, progress[task.id]),
        depends_on: isStarted ? [] : task.depends_on.filter((id) => statusOf(id) !== 'done'),
        isStarted,
      }
    })
}
