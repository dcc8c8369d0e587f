import { momentOf } from '../calendar/local-time.ts'
import { type Calendar, calendarOf, dayWindow, WEEKDAYS } from '../calendar/working-calendar.ts'
import { type Milestone, type Plan, type PlanTask, rolesOf } from '../plan.ts'
import { printXml, type XmlNode } from './xml.ts'

/** Finish to start. */
const FINISH_TO_START = 1
/** Tasks start no earlier than planned, because a program that opens the file does not know the size of the team. */
const START_NO_EARLIER_THAN = 4
const MINUTES_PER_HOUR = 60
/** The UID of the standard calendar, which every task and resource has. */
const CALENDAR_UID = 1
/** Lags are in tenths of a minute; this format says that they are elapsed days. */
const ELAPSED_DAYS = 8
const LAG_PER_DAY = 24 * 60 * 10

/**
 * The plan as Microsoft Project XML (MSPDI): tasks with their dates, hours, progress and links, milestones, resources by
 * role with as many units as there are people, assignments, and the working calendar. Project, ProjectLibre, GanttProject
 * and OmniPlan open it. Elements are in the order that the schema demands.
 *
 * Schema: "Microsoft Project XML Data Interchange schema", mspdi_pj12.xsd, namespace http://schemas.microsoft.com/project.
 */
export function toMspdi(plan: Plan): string {
  const rows = [...plan.tasks, ...plan.milestones]
  const context: Context = {
    calendar: calendarOf(plan),
    uidById: new Map(rows.map(({ id }, at) => [id, at + 1])),
    uidByRole: new Map(plan.team.map(({ role }, at) => [role, at + 1])),
    leadById: new Map(plan.tasks.map(({ id, lead_days = 0 }) => [id, lead_days])),
    awaited: new Set(rows.flatMap(({ depends_on }) => depends_on)),
    deadline: plan.deadline,
  }
  const moments = [
    ...plan.tasks.flatMap(({ start, finish }) => [start, finish]),
    ...plan.milestones.map(({ at }) => at),
  ]
  const { opens, closes } = dayWindow(plan.hours_per_day)
  const minutesPerDay = (closes - opens) / 60
  const project: readonly XmlNode[] = [
    ['SaveVersion', 12],
    ['Name', plan.plan_id],
    ['Title', plan.goal],
    ['CreationDate', plan.made_at.slice(0, 19)],
    ['Revision', plan.revision],
    ['ScheduleFromStart', 1],
    ['StartDate', formatDateTime(moments[0] ?? `${plan.start_date}T09:00`)],
    ['FinishDate', formatDateTime(moments.at(-1) ?? `${plan.start_date}T09:00`)],
    ['CalendarUID', CALENDAR_UID],
    ['DefaultStartTime', formatClock(opens / 60)],
    ['DefaultFinishTime', formatClock(closes / 60)],
    ['MinutesPerDay', minutesPerDay],
    ['MinutesPerWeek', minutesPerDay * (plan.working_days?.length ?? WEEKDAYS.length)],
    ['DaysPerMonth', 20],
    ['Calendars', [calendarNode(plan)]],
    [
      'Tasks',
      [
        ...plan.tasks.map((task) => taskNode(task, context)),
        ...plan.milestones.map((milestone) => milestoneNode(milestone, context)),
      ],
    ],
    ['Resources', plan.team.map(({ role, count }) => resourceNode(context.uidByRole.get(role) ?? 0, role, count))],
    ['Assignments', assignmentNodes(plan.tasks, context)],
  ]
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Project xmlns="http://schemas.microsoft.com/project">\n${project
    .map((node) => printXml(node, 1))
    .join('')}</Project>\n`
}

interface Context {
  readonly calendar: Calendar
  readonly uidById: ReadonlyMap<string, number>
  readonly uidByRole: ReadonlyMap<string, number>
  readonly leadById: ReadonlyMap<string, number>
  /** Ids that something depends on. */
  readonly awaited: ReadonlySet<string>
  readonly deadline: string | undefined
}

function taskNode(task: PlanTask, context: Context): XmlNode {
  const uid = context.uidById.get(task.id) ?? 0
  const { total, done, percent, work, workDone } = progressOf(task, context.calendar)
  const hasStarted = task.status === 'done' || task.status === 'started'
  return [
    'Task',
    [
      ['UID', uid],
      ['ID', uid],
      ['Name', task.title],
      ['Type', 1],
      ['WBS', task.id],
      ['OutlineLevel', 1],
      ['Priority', { high: 700, medium: 500, low: 300 }[task.priority]],
      ['Start', formatDateTime(task.start)],
      ['Finish', formatDateTime(task.finish)],
      ['Duration', formatDuration(total)],
      ['DurationFormat', 5],
      ['Work', formatDuration(work)],
      ['Milestone', 0],
      ['Critical', task.critical ? 1 : 0],
      ['PercentComplete', percent],
      ['PercentWorkComplete', percent],
      hasStarted && ['ActualStart', formatDateTime(task.start)],
      task.status === 'done' && ['ActualFinish', formatDateTime(task.finish)],
      hasStarted && ['ActualDuration', formatDuration(done)],
      hasStarted && ['ActualWork', formatDuration(workDone)],
      ['RemainingDuration', formatDuration(total - done)],
      ['RemainingWork', formatDuration(work - workDone)],
      ['ConstraintType', START_NO_EARLIER_THAN],
      ['ConstraintDate', formatDateTime(task.start)],
      !context.awaited.has(task.id) && deadlineNode(context),
      ['Notes', `${task.description}\nDone when: ${task.acceptance}`],
      ...predecessorNodes(task.depends_on, context),
    ],
  ]
}

function milestoneNode({ id, title, at, depends_on }: Milestone, context: Context): XmlNode {
  const uid = context.uidById.get(id) ?? 0
  return [
    'Task',
    [
      ['UID', uid],
      ['ID', uid],
      ['Name', title],
      ['Type', 1],
      ['WBS', id],
      ['OutlineLevel', 1],
      ['Start', formatDateTime(at)],
      ['Finish', formatDateTime(at)],
      ['Duration', formatDuration(0)],
      ['DurationFormat', 5],
      ['Milestone', 1],
      !context.awaited.has(id) && deadlineNode(context),
      ...predecessorNodes(depends_on, context),
    ],
  ]
}

function predecessorNodes(depends_on: readonly string[], { uidById, leadById }: Context): readonly XmlNode[] {
  return depends_on.map((id) => {
    const lead = leadById.get(id) ?? 0
    return [
      'PredecessorLink',
      [
        ['PredecessorUID', uidById.get(id) ?? 0],
        ['Type', FINISH_TO_START],
        lead > 0 && ['LinkLag', Math.round(lead * LAG_PER_DAY)],
        lead > 0 && ['LagFormat', ELAPSED_DAYS],
      ],
    ]
  })
}

function resourceNode(uid: number, role: string, count: number): XmlNode {
  return [
    'Resource',
    [
      ['UID', uid],
      ['ID', uid],
      ['Name', role],
      ['Type', 1],
      ['MaxUnits', count],
      ['CalendarUID', CALENDAR_UID],
    ],
  ]
}

function assignmentNodes(tasks: readonly PlanTask[], { uidById, uidByRole, calendar }: Context): readonly XmlNode[] {
  const assignments = tasks.flatMap((task) => rolesOf(task).map((one) => ({ task, ...one })))
  return assignments.map(({ task, role, hours, count = 1 }, index): XmlNode => {
    const { percent, share } = progressOf(task, calendar)
    const work = (task.status === 'done' && task.roles === undefined ? (task.actual_hours ?? hours) : hours) * count
    const hasStarted = task.status === 'done' || task.status === 'started'
    return [
      'Assignment',
      [
        ['UID', index + 1],
        ['TaskUID', uidById.get(task.id) ?? 0],
        ['ResourceUID', uidByRole.get(role) ?? 0],
        ['PercentWorkComplete', percent],
        task.status === 'done' && ['ActualFinish', formatDateTime(task.finish)],
        hasStarted && ['ActualStart', formatDateTime(task.start)],
        hasStarted && ['ActualWork', formatDuration(work * share)],
        ['Finish', formatDateTime(task.finish)],
        ['RemainingWork', formatDuration(work * (1 - share))],
        ['Start', formatDateTime(task.start)],
        ['Units', count],
        ['Work', formatDuration(work)],
      ],
    ]
  })
}

/** Duration and work of a task in hours, all and done, and the share that is done: 0 to 1, and in whole percent. */
function progressOf(task: PlanTask, calendar: Calendar) {
  const span =
    (calendar.time.workedUntil(momentOf(task.finish)) - calendar.time.workedUntil(momentOf(task.start))) / 3600
  const hours = rolesOf(task).reduce((sum, { hours: each, count = 1 }) => sum + each * count, 0)
  const spent = task.actual_hours ?? 0
  if (task.status === 'done') {
    const work = task.roles === undefined ? (task.actual_hours ?? hours) : hours
    const total = span > 0 ? span : work
    return { total, done: total, percent: 100, work, workDone: work, share: 1 }
  }
  const total = task.status === 'started' ? Math.max(span, spent) : task.shift ? task.estimate_hours : span
  const share = task.status === 'started' ? Math.min(0.99, spent / Math.max(spent, task.estimate_hours, 1e-9)) : 0
  return { total, done: total * share, percent: Math.round(share * 100), work: hours, workDone: hours * share, share }
}

function deadlineNode({ deadline, calendar }: Context): XmlNode | false {
  if (deadline === undefined) return false
  const { closes } = dayWindow(calendar.hoursPerDay)
  return [
    'Deadline',
    closes === 24 * 3600 ? formatDateTime(`${deadline}T24:00`) : `${deadline}T${formatClock(closes / 60)}`,
  ]
}

/** The week from Sunday (1) to Saturday (7), and the days that are not worked. */
function calendarNode({ hours_per_day, working_days = WEEKDAYS, holidays = [] }: Plan): XmlNode {
  const { opens, closes } = dayWindow(hours_per_day)
  const workingTimesNode: XmlNode = [
    'WorkingTimes',
    [
      [
        'WorkingTime',
        [
          ['FromTime', formatClock(opens / 60)],
          ['ToTime', formatClock(closes / 60)],
        ],
      ],
    ],
  ]
  const weekdayNodes = [7, 1, 2, 3, 4, 5, 6].map((day, at): XmlNode => {
    const works = working_days.includes(day)
    return ['WeekDay', [['DayType', at + 1], ['DayWorking', works ? 1 : 0], works && workingTimesNode]]
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

/** A day that ends at midnight ends at 00:00 of the next day in this format. */
function formatClock(minutes: number): string {
  return `${padToTwo(Math.floor(minutes / 60) % 24)}:${padToTwo(minutes % 60)}:00`
}

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
