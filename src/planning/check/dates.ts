import { momentOf } from '../calendar/local-time.ts'
import { type PlanTask, readyAt, rolesOf } from '../plan.ts'
import { isSameHours, MINUTE_HOURS, type PlanCheck, type PlanContext } from './check.ts'
import { workIntervals } from './work-intervals.ts'

const DAY_SECONDS = 24 * 60 * 60

export const datesCheck: PlanCheck = {
  id: 'P05',
  title: 'Dates',
  checks:
    'Work is in the working time of its people and as long as its hours; nothing starts before its date, or before the results that it waits for.',
  find({ tasks, milestones }, context) {
    const readyById = new Map(tasks.map((task) => [task.id, readyAt(task)]))
    const findEarly = (id: string, start: string, depends_on: readonly string[]): string[] =>
      depends_on
        .filter((dependency) => start < (readyById.get(dependency) ?? ''))
        .map((dependency) => `${id} starts before ${dependency} is finished`)
    return [
      ...tasks.flatMap(({ id, start, depends_on }) => findEarly(id, start, depends_on)),
      ...milestones.flatMap(({ id, at, depends_on }) => findEarly(id, at, depends_on)),
      ...tasks.flatMap((task) => [...findWrongSpan(task, context), ...findWrongLimits(task)]),
    ]
  },
}

function findWrongLimits({
  id,
  start,
  finish,
  ready,
  lead_days,
  not_before,
  status = 'open',
}: PlanTask): readonly string[] {
  const due = momentOf(finish) + (lead_days ?? 0) * DAY_SECONDS
  return [
    ...(not_before !== undefined && status === 'open' && start < not_before
      ? [`${id} starts before ${not_before}`]
      : []),
    ...(status === 'done' || Math.abs(momentOf(ready ?? finish) - due) <= 60
      ? []
      : [`the result of ${id} is not there ${lead_days ?? 0} days after its finish`]),
  ]
}

/** A shift is whole on one date, which its own check looks at; a task with nothing left to do has no span. */
function findWrongSpan(task: PlanTask, { calendar, roles }: PlanContext): readonly string[] {
  if (task.shift) return []
  const { id, start, finish } = task
  const people = rolesOf(task).map((one) => ({ ...one, time: roles.get(one.role)?.time ?? calendar.time }))
  const times = new Set(people.map(({ time }) => time))
  const [time] = times
  if (times.size !== 1 || time === undefined) {
    const intervals = workIntervals(task, { calendar, roles })
    const worked = rolesOf(task).reduce((most, { role }) => {
      const seconds = intervals.filter((one) => one.role === role).reduce((sum, { from, to }) => sum + to - from, 0)
      return Math.max(most, seconds / 3600)
    }, 0)
    return isSameHours(worked, task.estimate_hours)
      ? []
      : [`${id} has ${worked} common hours for ${task.estimate_hours}`]
  }
  const [from, to] = [momentOf(start), momentOf(finish)]
  const hours = (time.workedUntil(to) - time.workedUntil(from)) / 3600
  const isMoment = start === finish && task.estimate_hours <= MINUTE_HOURS
  return [
    ...(isMoment || isWithin(time.startOf(time.workedUntil(from)), from) ? [] : [`${id} starts outside working time`]),
    ...(isMoment || isWithin(time.finishOf(time.workedUntil(to)), to) ? [] : [`${id} finishes outside working time`]),
    ...(isSameHours(hours, task.estimate_hours)
      ? []
      : [`${id} has ${hours} hours for ${task.estimate_hours} hours of work`]),
  ]
}

function isWithin(a: number, b: number): boolean {
  return Math.abs(a - b) <= 60
}
