import type { Plan } from '../plan.ts'
import { escapeXml } from './escape-xml.ts'

/** Finish to start, the only kind of dependency there is here. */
const FINISH_TO_START = 1
/** A task starts no earlier than it was put, or opening the file would undo what the team's size made of the plan. */
const START_NO_EARLIER_THAN = 4
const MINUTES_PER_HOUR = 60
/** A standard calendar has this UID; every task and resource keeps it. */
const CALENDAR_UID = 1

/**
 * The plan as Microsoft Project XML (MSPDI): tasks with their dates, hours and links, milestones, resources by role with
 * as many units as there are people, assignments, and the working calendar. Project, ProjectLibre, GanttProject and
 * OmniPlan open it. Elements stand in the order that the schema demands.
 *
 * Schema: "Microsoft Project XML Data Interchange schema", mspdi_pj12.xsd, namespace http://schemas.microsoft.com/project.
 */
export function toMspdi(plan: Plan): string {
  const rows = [...plan.tasks, ...plan.milestones]
  const uidById = new Map(rows.map(({ id }, at) => [id, at + 1]))
  const uidByRole = new Map(plan.team.map(({ role }, at) => [role, at + 1]))
  const finish =
    rows
      .map((row) => ('at' in row ? row.at : row.finish))
      .toSorted()
      .at(-1) ?? `${plan.start_date}T09:00`
  const start = rows.map((row) => ('at' in row ? row.at : row.start)).toSorted()[0] ?? `${plan.start_date}T09:00`
  const predecessorLinks = (depends_on: readonly string[]): readonly XmlNode[] =>
    depends_on.map((id) => [
      'PredecessorLink',
      [
        ['PredecessorUID', uidById.get(id) ?? 0],
        ['Type', FINISH_TO_START],
      ],
    ])
  const tasks = plan.tasks.map(
    (task): XmlNode => [
      'Task',
      [
        ['UID', uidById.get(task.id) ?? 0],
        ['ID', uidById.get(task.id) ?? 0],
        ['Name', task.title],
        ['Type', 1],
        ['WBS', task.id],
        ['Priority', { high: 700, medium: 500, low: 300 }[task.priority]],
        ['Start', formatDateTime(task.start)],
        ['Finish', formatDateTime(task.finish)],
        ['Duration', formatDuration(task.estimate_hours)],
        ['DurationFormat', 5],
        ['Work', formatDuration(task.estimate_hours)],
        ['Milestone', 0],
        ['Critical', task.critical ? 1 : 0],
        ['PercentComplete', task.status === 'done' ? 100 : 0],
        ['ConstraintType', START_NO_EARLIER_THAN],
        ['ConstraintDate', formatDateTime(task.start)],
        ['Notes', `${task.description}\nDone when: ${task.acceptance}`],
        ...predecessorLinks(task.depends_on),
      ],
    ],
  )
  const milestones = plan.milestones.map(
    (one): XmlNode => [
      'Task',
      [
        ['UID', uidById.get(one.id) ?? 0],
        ['ID', uidById.get(one.id) ?? 0],
        ['Name', one.title],
        ['Type', 1],
        ['WBS', one.id],
        ['Start', formatDateTime(one.at)],
        ['Finish', formatDateTime(one.at)],
        ['Duration', formatDuration(0)],
        ['DurationFormat', 5],
        ['Milestone', 1],
        ...predecessorLinks(one.depends_on),
      ],
    ],
  )
  const assignments = plan.tasks.map(
    (task, index): XmlNode => [
      'Assignment',
      [
        ['UID', index + 1],
        ['TaskUID', uidById.get(task.id) ?? 0],
        ['ResourceUID', uidByRole.get(task.role) ?? 0],
        ['Finish', formatDateTime(task.finish)],
        ['Start', formatDateTime(task.start)],
        ['Units', 1],
        ['Work', formatDuration(task.estimate_hours)],
      ],
    ],
  )
  const project: readonly XmlNode[] = [
    ['SaveVersion', 12],
    ['Name', plan.plan_id],
    ['Title', plan.goal],
    ['CreationDate', plan.made_at.slice(0, 19)],
    ['Revision', plan.revision],
    ['ScheduleFromStart', 1],
    ['StartDate', formatDateTime(start)],
    ['FinishDate', formatDateTime(finish)],
    ['CalendarUID', CALENDAR_UID],
    ['MinutesPerDay', Math.round(plan.hours_per_day * MINUTES_PER_HOUR)],
    ['MinutesPerWeek', Math.round(plan.hours_per_day * MINUTES_PER_HOUR * (plan.working_days?.length ?? 5))],
    ['DaysPerMonth', 20],
    ['Calendars', [calendarXml(plan)]],
    ['Tasks', [...tasks, ...milestones]],
    [
      'Resources',
      plan.team.map(
        ({ role, count }): XmlNode => [
          'Resource',
          [
            ['UID', uidByRole.get(role) ?? 0],
            ['ID', uidByRole.get(role) ?? 0],
            ['Name', role],
            ['Type', 1],
            ['MaxUnits', count],
            ['CalendarUID', CALENDAR_UID],
          ],
        ],
      ),
    ],
    ['Assignments', assignments],
  ]
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Project xmlns="http://schemas.microsoft.com/project">\n${project
    .map((node) => printXml(node, 1))
    .join('')}</Project>\n`
}

/** An element: its name, and its text or its children. */
type XmlNode = readonly [name: string, content: string | number | readonly XmlNode[]]

function printXml([name, content]: XmlNode, depth: number): string {
  const indent = '  '.repeat(depth)
  if (typeof content !== 'object') return `${indent}<${name}>${escapeXml(String(content))}</${name}>\n`
  return `${indent}<${name}>\n${content.map((child) => printXml(child, depth + 1)).join('')}${indent}</${name}>\n`
}

/** The week from Sunday (1) to Saturday (7), and the days that are not worked. */
function calendarXml({ hours_per_day, working_days = [1, 2, 3, 4, 5], holidays = [] }: Plan): XmlNode {
  const minutesPerDay = Math.round(hours_per_day * MINUTES_PER_HOUR)
  const dayStartMinutes = Math.min(9 * MINUTES_PER_HOUR, 24 * MINUTES_PER_HOUR - minutesPerDay)
  // A day that ends at midnight ends at 00:00 of the next one, which is how the format says it.
  const formatClock = (minutes: number): string =>
    `${padToTwo(Math.floor(minutes / 60) % 24)}:${padToTwo(minutes % 60)}:00`
  const workingTimesNode: XmlNode = [
    'WorkingTimes',
    [
      [
        'WorkingTime',
        [
          ['FromTime', formatClock(dayStartMinutes)],
          ['ToTime', formatClock(dayStartMinutes + minutesPerDay)],
        ],
      ],
    ],
  ]
  const weekdayNodes = [7, 1, 2, 3, 4, 5, 6].map((day, at): XmlNode => {
    const works = working_days.includes(day)
    return ['WeekDay', [['DayType', at + 1], ['DayWorking', works ? 1 : 0], ...(works ? [workingTimesNode] : [])]]
  })
  const holidayNodes = holidays.map(
    (date): XmlNode => [
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
      ['UID', CALENDAR_UID],
      ['Name', 'Standard'],
      ['IsBaseCalendar', 1],
      ['WeekDays', [...weekdayNodes, ...holidayNodes]],
    ],
  ]
}

/** A working day may end at 24:00, which the format writes as the next day's beginning. */
function formatDateTime(local: string): string {
  if (!local.endsWith('T24:00')) return `${local}:00`
  return `${new Date(Date.parse(`${local.slice(0, 10)}T00:00Z`) + 24 * 60 * 60_000).toISOString().slice(0, 10)}T00:00:00`
}

function formatDuration(hours: number): string {
  const minutes = Math.round(hours * MINUTES_PER_HOUR)
  return `PT${Math.floor(minutes / MINUTES_PER_HOUR)}H${minutes % MINUTES_PER_HOUR}M0S`
}

function padToTwo(number: number): string {
  return String(number).padStart(2, '0')
}
