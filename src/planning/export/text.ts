import type { Plan, PlanTask } from '../plan.ts'

/** The plan as a JSON document. */
export function toJson(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`
}

/** A Mermaid Gantt chart: a section a role, critical tasks marked, milestones last. */
export function toMermaid(plan: Pick<Plan, 'goal' | 'tasks' | 'milestones'>): string {
  const formatDateTime = (date: string): string => date.replace('T', ' ')
  const formatBar = ({ id, title, start, finish, critical }: PlanTask): string =>
    `    ${mermaidLabel(title)} :${critical ? 'crit, ' : ''}${id}, ${formatDateTime(start)}, ${formatDateTime(finish)}`
  const roles = [...new Set(plan.tasks.map(({ role }) => role))]
  const sections = roles.flatMap((role) => [
    `    section ${mermaidLabel(role)}`,
    ...plan.tasks.filter((task) => task.role === role).map(formatBar),
  ])
  const milestones = plan.milestones.map(
    ({ id, title, at: reached }) => `    ${mermaidLabel(title)} :milestone, ${id}, ${formatDateTime(reached)}, 0d`,
  )
  return [
    'gantt',
    `    title ${mermaidLabel(plan.goal)}`,
    '    dateFormat YYYY-MM-DD HH:mm',
    '    axisFormat %d %b',
    ...sections,
    ...(milestones.length > 0 ? ['    section Milestones', ...milestones] : []),
    '',
  ].join('\n')
}

const CSV_COLUMNS = [
  'id',
  'title',
  'role',
  'estimate_hours',
  'start',
  'finish',
  'slack_hours',
  'critical',
  'priority',
  'depends_on',
  'acceptance',
  'description',
] as const satisfies readonly (keyof PlanTask)[]

/** RFC 4180: one row a task under a row of names; dependencies are separated by spaces. Safe to open in a spreadsheet. */
export function toCsv(plan: Pick<Plan, 'tasks'>): string {
  const rows = plan.tasks.map((task) => CSV_COLUMNS.map((column) => csvCell(task[column])))
  return `${[CSV_COLUMNS, ...rows].map((row) => row.join(',')).join('\r\n')}\r\n`
}

/** The plan as a page for people. */
export function toMarkdown(plan: Plan): string {
  const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] =>
    rows.length === 0
      ? []
      : [head, head.map(() => '---'), ...rows].map(
          (row) => `| ${row.map((text) => escapeTableCell(String(text))).join(' | ')} |`,
        )
  const list = (items: readonly string[]): string[] => items.map((item) => `- ${toOneLine(item)}`)
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines]
  const titleOf = new Map(plan.tasks.map(({ id, title }) => [id, title]))
  const end =
    plan.tasks
      .map(({ finish }) => finish)
      .toSorted()
      .at(-1) ?? plan.start_date
  return [
    `# ${toOneLine(plan.goal)}`,
    '',
    `${plan.tasks.length} tasks, ${plan.makespan_hours} working hours from ${plan.start_date} to ${formatDateTime(end)}, ${plan.hours_per_day} hours a day. The longest chain of dependencies takes ${plan.critical_path_hours} hours.`,
    ...section('Findings', list(plan.findings.map(({ message }) => message))),
    ...section('Deliverables', list(plan.deliverables)),
    ...section('Assumptions', list(plan.assumptions)),
    ...section('Team', list(plan.team.map(({ role, count }) => `${role}: ${count}`))),
    ...section(
      'Tasks',
      table(
        ['id', 'task', 'role', 'hours', 'start', 'finish', 'slack', 'waits for'],
        plan.tasks.map((task) => [
          task.id,
          task.critical ? `**${task.title}**` : task.title,
          task.role,
          task.estimate_hours,
          formatDateTime(task.start),
          formatDateTime(task.finish),
          task.critical ? 'critical' : task.slack_hours,
          task.depends_on.join(', '),
        ]),
      ),
    ),
    ...section('Critical path', list(plan.critical_path.map((id) => `${titleOf.get(id) ?? ''} (${id})`))),
    ...section('Milestones', list(plan.milestones.map(({ title, at }) => `${formatDateTime(at)}: ${title}`))),
    ...section(
      'What to do, and when it is done',
      plan.tasks.flatMap((task) => [
        `- **${toOneLine(task.title)}** (${task.id}): ${toOneLine(task.description)}`,
        `  Done when: ${toOneLine(task.acceptance)}`,
      ]),
    ),
    ...section(
      'Risks',
      table(
        ['risk', 'likelihood', 'impact', 'mitigation'],
        plan.risks.map(({ risk, likelihood, impact, mitigation }) => [risk, likelihood, impact, mitigation]),
      ),
    ),
    '',
  ].join('\n')
}

const MERMAID_KEYWORDS =
  /^(title|section|click|call|href|dateformat|axisformat|tickinterval|todaymarker|weekday|weekend|excludes|includes|inclusiveenddates|topaxis|acctitle|accdescr|gantt)\b/i

/**
 * Text that Mermaid reads as a label and nothing else: its own signs become its entity codes, and so does the first
 * letter of a word that would begin a statement (a task called "Title design").
 */
function mermaidLabel(text: string): string {
  const code = (sign: string): string => `#${sign.codePointAt(0)};`
  const safe = toOneLine(text).replace(/[#:;%<>"`{}]/g, code)
  const shown = safe === '' ? '-' : safe
  return MERMAID_KEYWORDS.test(shown) ? code(shown) + shown.slice(1) : shown
}

/** A cell that begins like a formula would be run by a spreadsheet: an apostrophe makes it text. */
function csvCell(value: string | number | boolean | readonly string[]): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : value.join(' ')
  const guarded = /^[\s]*[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}

function escapeTableCell(text: string): string {
  return toOneLine(text).replaceAll('|', '\\|')
}

function toOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function formatDateTime(date: string): string {
  return date.replace('T', ' ')
}
