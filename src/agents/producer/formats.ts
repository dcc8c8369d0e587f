import {
  dayOutOfDays,
  type ShootingSchedule,
  toCsv,
  toDot,
  toHtml,
  toIcs,
  toJson,
  toMarkdown,
  toMermaid,
  toMspdi,
  toOneLiner,
  toStripBoard,
} from '../../planning/index.ts'
import type { KeptPlan } from './document.ts'
import { breakdownSheets, callSheets, table } from './paperwork.ts'
import { unitOf } from './shooting.ts'
import type { Shooting } from './shooting-shapes.ts'

interface ExportFormat {
  readonly mimeType: string
  /** The name of the file that is written when the plan is complete. */
  readonly fileName: string
  /** Undefined: the plan has no such thing, because only a screenplay is shot. Absent: it is made of the screenplay. */
  readonly print?: (plan: KeptPlan, shooting?: Shooting) => string | undefined
}

/** The formats that a plan can be exported in; the first is that of its plain address. */
export const PLAN_EXPORT_FORMATS: Readonly<Record<string, ExportFormat>> = {
  md: { mimeType: 'text/markdown', fileName: 'plan.md', print: toMarkdown },
  json: { mimeType: 'application/json', fileName: 'plan.json', print: toJson },
  mermaid: { mimeType: 'text/vnd.mermaid', fileName: 'gantt.mmd', print: toMermaid },
  csv: { mimeType: 'text/csv', fileName: 'plan.csv', print: toCsv },
  ics: { mimeType: 'text/calendar', fileName: 'plan.ics', print: toIcs },
  dot: { mimeType: 'text/vnd.graphviz', fileName: 'plan.dot', print: toDot },
  mspdi: { mimeType: 'application/xml', fileName: 'ms-project.xml', print: toMspdi },
  html: { mimeType: 'text/html', fileName: 'gantt.html', print: toHtml },
  stripboard: {
    mimeType: 'text/html',
    fileName: 'strip-board.html',
    print: (plan, shooting) => shooting && toStripBoard(withDates(plan, shooting), titleOf(plan, shooting)),
  },
  oneliner: {
    mimeType: 'text/markdown',
    fileName: 'one-line-schedule.md',
    print: (plan, shooting) => shooting && toOneLiner(withDates(plan, shooting), titleOf(plan, shooting)),
  },
  dood: {
    mimeType: 'text/markdown',
    fileName: 'day-out-of-days.md',
    print: (_, shooting) => shooting && dayOutOfDaysTable(shooting.schedule),
  },
  breakdown: { mimeType: 'text/markdown', fileName: 'breakdown.md', print: breakdownSheets },
  callsheets: { mimeType: 'text/markdown', fileName: 'call-sheets.md', print: callSheets },
  fdx: { mimeType: 'application/xml', fileName: 'tagged-script.fdx' },
}

function titleOf({ goal }: KeptPlan, { terms }: Shooting): { readonly title: string; readonly currency?: string } {
  return { title: goal, ...(unitOf(terms) === 'usd' && { currency: '$' }) }
}

/** The days of shooting on the dates of their tasks. */
function withDates({ tasks, shooting: shown }: KeptPlan, { schedule }: Shooting): ShootingSchedule {
  const taskOf = new Map(shown?.days.map(({ day, task }) => [day, task]))
  const dateOf = new Map(tasks.map(({ id, start }) => [id, start.slice(0, 10)]))
  return {
    ...schedule,
    days: schedule.days.map((day) => {
      const date = dateOf.get(taskOf.get(day.day) ?? '')
      return { ...day, ...(date !== undefined && { date }) }
    }),
  }
}

/** A row a member: a mark for every day of the shoot, and the sums. */
function dayOutOfDaysTable(schedule: ShootingSchedule): string {
  const rows = dayOutOfDays(schedule)
  const days = rows[0]?.marks.map((_, at) => String(at + 1)) ?? []
  const lines = rows.map(({ number, member, marks, work, hold, paid }) => [
    `${number}. ${member}`,
    ...marks,
    ...[work, hold, paid].map(String),
  ])
  return `${table(['cast', ...days, 'work', 'hold', 'paid'], lines).join('\n')}\n`
}
