import { escaped } from './markup.ts'
import type { Plan } from './plan.ts'

/** Finish to start, the only kind of dependency there is here. */
const FINISH_TO_START = 1
/** A task starts no earlier than it was put, or opening the file would undo what the team's size made of the plan. */
const NOT_EARLIER = 4
const MINUTES = 60
/** A standard calendar has this UID; every task and resource keeps it. */
const CALENDAR = 1

/**
 * The plan as Microsoft Project XML (MSPDI): tasks with their dates, hours and links, milestones, resources by role with
 * as many units as there are people, assignments, and the working calendar. Project, ProjectLibre, GanttProject and
 * OmniPlan open it. Elements stand in the order that the schema demands.
 *
 * Schema: "Microsoft Project XML Data Interchange schema", mspdi_pj12.xsd, namespace http://schemas.microsoft.com/project.
 */
export function toMspdi(plan: Plan): string {
  const rows = [...plan.tasks, ...plan.milestones]
  const uid = new Map(rows.map(({ id }, at) => [id, at + 1]))
  const roleUid = new Map(plan.team.map(({ role }, at) => [role, at + 1]))
  const finish =
    rows
      .map((row) => ('at' in row ? row.at : row.finish))
      .toSorted()
      .at(-1) ?? `${plan.start_date}T09:00`
  const start = rows.map((row) => ('at' in row ? row.at : row.start)).toSorted()[0] ?? `${plan.start_date}T09:00`
  const links = (depends_on: readonly string[]): readonly Node[] =>
    depends_on.map((id) => [
      'PredecessorLink',
      [
        ['PredecessorUID', uid.get(id) ?? 0],
        ['Type', FINISH_TO_START],
      ],
    ])
  const tasks = plan.tasks.map(
    (task): Node => [
      'Task',
      [
        ['UID', uid.get(task.id) ?? 0],
        ['ID', uid.get(task.id) ?? 0],
        ['Name', task.title],
        ['Type', 1],
        ['WBS', task.id],
        ['Priority', { high: 700, medium: 500, low: 300 }[task.priority]],
        ['Start', at(task.start)],
        ['Finish', at(task.finish)],
        ['Duration', duration(task.estimate_hours)],
        ['DurationFormat', 5],
        ['Work', duration(task.estimate_hours)],
        ['Milestone', 0],
        ['Critical', task.critical ? 1 : 0],
        ['PercentComplete', task.status === 'done' ? 100 : 0],
        ['ConstraintType', NOT_EARLIER],
        ['ConstraintDate', at(task.start)],
        ['Notes', `${task.description}\nDone when: ${task.acceptance}`],
        ...links(task.depends_on),
      ],
    ],
  )
  const milestones = plan.milestones.map(
    (one): Node => [
      'Task',
      [
        ['UID', uid.get(one.id) ?? 0],
        ['ID', uid.get(one.id) ?? 0],
        ['Name', one.title],
        ['Type', 1],
        ['WBS', one.id],
        ['Start', at(one.at)],
        ['Finish', at(one.at)],
        ['Duration', duration(0)],
        ['DurationFormat', 5],
        ['Milestone', 1],
        ...links(one.depends_on),
      ],
    ],
  )
  const assignments = plan.tasks.map(
    (task, index): Node => [
      'Assignment',
      [
        ['UID', index + 1],
        ['TaskUID', uid.get(task.id) ?? 0],
        ['ResourceUID', roleUid.get(task.role) ?? 0],
        ['Finish', at(task.finish)],
        ['Start', at(task.start)],
        ['Units', 1],
        ['Work', duration(task.estimate_hours)],
      ],
    ],
  )
  const project: readonly Node[] = [
    ['SaveVersion', 12],
    ['Name', plan.plan_id],
    ['Title', plan.goal],
    ['CreationDate', plan.made_at.slice(0, 19)],
    ['Revision', plan.revision],
    ['ScheduleFromStart', 1],
    ['StartDate', at(start)],
    ['FinishDate', at(finish)],
    ['CalendarUID', CALENDAR],
    ['MinutesPerDay', Math.round(plan.hours_per_day * MINUTES)],
    ['MinutesPerWeek', Math.round(plan.hours_per_day * MINUTES * (plan.working_days?.length ?? 5))],
    ['DaysPerMonth', 20],
    ['Calendars', [calendar(plan)]],
    ['Tasks', [...tasks, ...milestones]],
    [
      'Resources',
      plan.team.map(
        ({ role, count }): Node => [
          'Resource',
          [
            ['UID', roleUid.get(role) ?? 0],
            ['ID', roleUid.get(role) ?? 0],
            ['Name', role],
            ['Type', 1],
            ['MaxUnits', count],
            ['CalendarUID', CALENDAR],
          ],
        ],
      ),
    ],
    ['Assignments', assignments],
  ]
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Project xmlns="http://schemas.microsoft.com/project">\n${project
    .map((node) => printed(node, 1))
    .join('')}</Project>\n`
}

/** An element: its name, and its text or its children. */
type Node = readonly [name: string, content: string | number | readonly Node[]]

function printed([name, content]: Node, depth: number): string {
  const indent = '  '.repeat(depth)
  if (typeof content !== 'object') return `${indent}<${name}>${escaped(String(content))}</${name}>\n`
  return `${indent}<${name}>\n${content.map((child) => printed(child, depth + 1)).join('')}${indent}</${name}>\n`
}

/** The week from Sunday (1) to Saturday (7), and the days that are not worked. */
function calendar({ hours_per_day, working_days = [1, 2, 3, 4, 5], holidays = [] }: Plan): Node {
  const length = Math.round(hours_per_day * MINUTES)
  const opens = Math.min(9 * MINUTES, 24 * MINUTES - length)
  // A day that ends at midnight ends at 00:00 of the next one, which is how the format says it.
  const clock = (minutes: number): string => `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}:00`
  const times: Node = [
    'WorkingTimes',
    [
      [
        'WorkingTime',
        [
          ['FromTime', clock(opens)],
          ['ToTime', clock(opens + length)],
        ],
      ],
    ],
  ]
  const week = [7, 1, 2, 3, 4, 5, 6].map((day, at): Node => {
    const works = working_days.includes(day)
    return ['WeekDay', [['DayType', at + 1], ['DayWorking', works ? 1 : 0], ...(works ? [times] : [])]]
  })
  const free = holidays.map(
    (date): Node => [
      'WeekDay',
      [
        ['DayType', 0],
        ['DayWorking', 0],
        [
          'TimePeriod',
          [
            ['FromDate', `${date}T00:00:00`],
            ['ToDate', `${date}T23:59:00`],
          ],
        ],
      ],
    ],
  )
  return [
    'Calendar',
    [
      ['UID', CALENDAR],
      ['Name', 'Standard'],
      ['IsBaseCalendar', 1],
      ['WeekDays', [...week, ...free]],
    ],
  ]
}

/** A working day may end at 24:00, which the format writes as the next day's beginning. */
function at(local: string): string {
  if (!local.endsWith('T24:00')) return `${local}:00`
  return `${new Date(Date.parse(`${local.slice(0, 10)}T00:00Z`) + 24 * 60 * 60_000).toISOString().slice(0, 10)}T00:00:00`
}

function duration(hours: number): string {
  const minutes = Math.round(hours * MINUTES)
  return `PT${Math.floor(minutes / MINUTES)}H${minutes % MINUTES}M0S`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
