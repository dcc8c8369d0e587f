import { lastFinish, type Plan, type PlanTask, rolesOf } from '../plan.ts'
import { escapeMarkdown, markdownTable } from './markdown-text.ts'

/** The plan as a Markdown page for people: a summary, findings, tables of tasks, milestones and risks. */
export function toMarkdown(plan: Plan): string {
  const list = (items: readonly string[]): string[] => items.map((item) => `- ${escapeMarkdown(item)}`)
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines]
  const titleById = new Map(plan.tasks.map(({ id, title }) => [id, title]))
  return [
    `# ${escapeMarkdown(plan.goal)}`,
    '',
    describePlan(plan),
    ...section('Findings', list(plan.findings.map(({ message }) => message))),
    ...section('Deliverables', list(plan.deliverables)),
    ...section('Assumptions', list(plan.assumptions)),
    ...section('Team', list(plan.team.map(({ role, count }) => `${role}: ${count}`))),
    ...section('Tasks', taskTable(plan.tasks)),
    ...section('Critical path', list(plan.critical_path.map((id) => `${titleById.get(id) ?? ''} (${id})`))),
    ...section('Milestones', list(plan.milestones.map(({ title, at }) => `${formatDateTime(at)}: ${title}`))),
    ...section(
      'What to do, and when it is done',
      plan.tasks.flatMap((task) => [
        `- **${escapeMarkdown(task.title)}** (${escapeMarkdown(task.id)}): ${escapeMarkdown(task.description)}`,
        `  Done when: ${escapeMarkdown(task.acceptance)}`,
      ]),
    ),
    ...section(
      'Risks',
      markdownTable(
        ['risk', 'likelihood', 'impact', 'mitigation'],
        plan.risks.map(({ risk, likelihood, impact, mitigation }) => [risk, likelihood, impact, mitigation]),
      ),
    ),
    '',
  ].join('\n')
}

function describePlan(plan: Plan): string {
  const end = lastFinish(plan.tasks) ?? plan.start_date
  return `${plan.tasks.length} tasks, ${plan.makespan_hours} working hours from ${plan.start_date} to ${formatDateTime(end)}, ${plan.hours_per_day} hours a day. The longest chain of dependencies takes ${plan.critical_path_hours} hours.`
}

/** The status has a column as soon as one task is no longer open. */
function taskTable(tasks: readonly PlanTask[]): readonly string[] {
  const hasProgress = tasks.some(({ status = 'open' }) => status !== 'open')
  return markdownTable(
    ['id', 'task', 'role', 'hours', ...(hasProgress ? ['status'] : []), 'start', 'finish', 'slack', 'waits for'],
    tasks.map((task) => [
      task.id,
      task.critical ? `**${task.title}**` : task.title,
      rolesOf(task)
        .map(({ role }) => role)
        .join(', '),
      task.estimate_hours,
      ...(hasProgress ? [formatStatus(task)] : []),
      formatDateTime(task.start),
      formatDateTime(task.finish),
      task.critical ? 'critical' : task.slack_hours,
      task.depends_on.join(', '),
    ]),
  )
}

function formatStatus({ status = 'open', actual_hours: hours }: PlanTask): string {
  return hours === undefined ? status : `${status}, ${hours} h`
}

function formatDateTime(date: string): string {
  return date.replace('T', ' ')
}
