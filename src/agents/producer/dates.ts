import { type Calendar, criticalPath, schedule, type TeamMember } from '../../planning/index.ts'
import { roundToHundredths } from '../../planning/round.ts'
import type { DraftTask, KeptPlan, PlanTask, Progress } from './document.ts'

export type Dated = Pick<
  KeptPlan,
  'tasks' | 'critical_path' | 'critical_path_hours' | 'makespan_hours' | 'lower_bound_hours'
>

/** What became of tasks, by id, and the moment from which the rest is planned: working hours into the plan. */
export interface Standing {
  readonly progress: Readonly<Record<string, Progress>>
  readonly from: number
}

const UNTOUCHED: Standing = { progress: {}, from: 0 }

/** A started task whose hours are used up still takes a little: nobody said that it is done. */
const REST_HOURS = 0.25

/**
 * Puts all tasks in time. What is done keeps the time when that was told, what is started goes on at once with the hours
 * that are left of it, and everything else is scheduled with this team from `from` on. The critical path, the slack and
 * the bound are of the work that is left.
 *
 * `seed` and `effort` are those of `schedule`. @throws RangeError as `schedule` does.
 */
export function dated(
  drafts: readonly DraftTask[],
  {
    team,
    calendar,
    standing = UNTOUCHED,
    effort,
  }: {
    readonly team: readonly TeamMember[]
    readonly calendar: Calendar
    readonly standing?: Standing
    readonly effort?: number
  },
): Dated {
  const { progress, from } = standing
  const open = openTasks(drafts, standing)
  const path = criticalPath(open)
  const levelled = schedule(
    {
      tasks: open.map((task) => ({ ...task, needs: { [task.role]: 1 } })),
      capacity: Object.fromEntries(team.map(({ role, count }) => [role, count])),
    },
    effort === undefined ? {} : { effort },
  )
  const starts = startedFirst(open, levelled.startHours, team)
  const ends = open.map(({ id, hours }) => (starts.get(id) ?? 0) + hours)
  const tasks = drafts.map((task): PlanTask => {
    const { status = 'open', hours } = progress[task.id] ?? {}
    const { totalSlack = 0, critical = false } = path.tasks[task.id] ?? {}
    return {
      ...task,
      status,
      ...(hours !== undefined && { actual_hours: hours }),
      ...(status === 'done'
        ? past(progress[task.id], task, calendar)
        : spanOf(from + (starts.get(task.id) ?? 0), remaining(task, progress[task.id]), calendar)),
      ...(status === 'started' && { start: sinceOf(progress[task.id], calendar, from) }),
      slack_hours: roundToHundredths(totalSlack),
      critical,
    }
  })
  return {
    tasks: tasks.toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0)),
    critical_path: [...path.path],
    critical_path_hours: roundToHundredths(path.makespanHours),
    makespan_hours: roundToHundredths(
      open.length > 0 ? from + Math.max(...ends) : lastDone(drafts, progress, calendar),
    ),
    lower_bound_hours: roundToHundredths(open.length > 0 ? from + levelled.lowerBoundHours : 0),
  }
}

/** Hours that are left of a task. Past its estimate it counts with the pessimistic one. */
export function remaining(
  { estimate_hours, pessimistic_hours }: DraftTask,
  { status = 'open', hours = 0 }: Partial<Progress> = {},
): number {
  if (status === 'done') return 0
  if (status === 'open') return estimate_hours
  const left = hours < estimate_hours ? estimate_hours - hours : pessimistic_hours - hours
  return Math.max(REST_HOURS, left)
}

interface OpenTask {
  readonly id: string
  readonly hours: number
  readonly depends_on: readonly string[]
  readonly role: string
  readonly isStarted: boolean
}

/** What is done holds nothing up any more; what is started waits for nothing. */
export function openTasks(drafts: readonly DraftTask[], { progress }: Standing): readonly OpenTask[] {
  const isDone = (id: string): boolean => progress[id]?.status === 'done'
  return drafts
    .filter(({ id }) => !isDone(id))
    .map((task) => {
      const isStarted = progress[task.id]?.status === 'started'
      return {
        id: task.id,
        hours: remaining(task, progress[task.id]),
        depends_on: isStarted ? [] : task.depends_on.filter((id) => !isDone(id)),
        role: task.role,
        isStarted,
      }
    })
}

/**
 * The schedule's own order, with the started tasks put before all others: each task in turn is given to the person of
 * its role who can begin it first. In hours.
 */
function startedFirst(
  open: readonly OpenTask[],
  starts: Readonly<Record<string, number>>,
  team: readonly TeamMember[],
): ReadonlyMap<string, number> {
  if (!open.some(({ isStarted }) => isStarted)) return new Map(Object.entries(starts))
  const free = new Map(team.map(({ role, count }) => [role, new Array<number>(count).fill(0)]))
  const finishes = new Map<string, number>()
  const order = open.toSorted(
    (a, b) => Number(b.isStarted) - Number(a.isStarted) || (starts[a.id] ?? 0) - (starts[b.id] ?? 0),
  )
  return new Map(
    order.map(({ id, role, depends_on, hours }) => {
      const people = free.get(role) ?? []
      const from = Math.max(0, ...depends_on.map((before) => finishes.get(before) ?? 0))
      const times = people.map((at) => Math.max(at, from))
      const start = Math.min(...times)
      // Of those who can begin it then, whoever has waited least: the others may still fill a gap.
      const who = times.reduce(
        (best, at, one) => (at === start && (best < 0 || (people[one] ?? 0) > (people[best] ?? 0)) ? one : best),
        -1,
      )
      people[who] = start + hours
      finishes.set(id, start + hours)
      return [id, start] as const
    }),
  )
}

function spanOf(start: number, hours: number, calendar: Calendar): { start: string; finish: string } {
  return { start: calendar.startAt(start), finish: calendar.finishAt(start + hours) }
}

/** A task that is done ended when that was told; it began when it was started, or as long before as it took. */
function past(progress: Progress | undefined, task: DraftTask, calendar: Calendar): { start: string; finish: string } {
  const end = calendar.hoursUntil(progress?.at ?? calendar.startDate)
  const since = calendar.hoursUntil(progress?.since ?? calendar.startDate)
  const start = since < end ? since : Math.max(0, end - (progress?.hours ?? task.estimate_hours))
  const span = spanOf(start, end - start, calendar)
  return end > start ? span : { start: span.start, finish: span.start }
}

function sinceOf(progress: Progress | undefined, calendar: Calendar, from: number): string {
  return calendar.startAt(Math.min(from, calendar.hoursUntil(progress?.since ?? calendar.startDate)))
}

function lastDone(
  drafts: readonly DraftTask[],
  progress: Readonly<Record<string, Progress>>,
  calendar: Calendar,
): number {
  return Math.max(0, ...drafts.map(({ id }) => calendar.hoursUntil(progress[id]?.at ?? calendar.startDate)))
}
