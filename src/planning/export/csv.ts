import { type Plan, type PlanTask, rolesOf } from '../plan.ts'

type Cell = string | number | boolean | undefined

/** The columns of the file: the name, and the value of a task. */
const COLUMNS: Readonly<Record<string, (task: PlanTask) => Cell>> = {
  id: ({ id }) => id,
  title: ({ title }) => title,
  role: ({ role }) => role,
  roles: (task) => rolesOf(task).map(formatRole).join('; '),
  estimate_hours: ({ estimate_hours }) => estimate_hours,
  status: ({ status = 'open' }) => status,
  actual_hours: ({ actual_hours }) => actual_hours,
  start: ({ start }) => start,
  finish: ({ finish }) => finish,
  lead_days: ({ lead_days }) => lead_days,
  slack_hours: ({ slack_hours }) => slack_hours,
  critical: ({ critical }) => critical,
  priority: ({ priority }) => priority,
  depends_on: ({ depends_on }) => depends_on.join(' '),
  acceptance: ({ acceptance }) => acceptance,
  description: ({ description }) => description,
}

/** RFC 4180: one row a task under a row of names; dependencies are separated by spaces. Safe to open in a spreadsheet. */
export function toCsv(plan: Pick<Plan, 'tasks'>): string {
  return csvTable(
    Object.keys(COLUMNS),
    plan.tasks.map((task) => Object.values(COLUMNS).map((value) => value(task))),
  )
}

/** A table in the form of RFC 4180: CRLF, quoted where needed, formulas made text. `undefined` is an empty cell. */
export function csvTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [head, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('')
}

/** Text that begins like a formula, in ordinary or full-width signs, gets an apostrophe, because a spreadsheet would run it. */
function csvCell(value: Cell): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value)
  const guarded = /^\s*[=+\-@\t\r＝＋－＠]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}

function formatRole({ role, hours, count = 1 }: ReturnType<typeof rolesOf>[number]): string {
  return `${count > 1 ? `${count} ` : ''}${role} ${hours} h`
}
