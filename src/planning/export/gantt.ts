import { escapeXml } from '../../lib/escape-xml.ts'
import type { Plan, PlanTask } from '../plan.ts'
import { GANTT_STYLE } from './gantt-style.ts'
import { renderHtmlPage } from './html-page.ts'
import { createTimeAxis } from './time-axis.ts'

/**
 * The plan as one self-contained HTML page: a summary, the findings and a Gantt chart. The chart is a table, so it can be
 * read aloud, copied and printed; the page fits a phone, follows the reader's light or dark mode, and has no script.
 */
export function toHtml(plan: Plan): string {
  const ends = [...plan.tasks.map(({ finish }) => finish), ...plan.milestones.map(({ at }) => at)]
  const axis = createTimeAxis(
    plan.tasks.map(({ start }) => start).toSorted()[0] ?? `${plan.start_date}T09:00`,
    ends.toSorted().at(-1) ?? `${plan.start_date}T17:00`,
  )
  const roles = [...new Set(plan.tasks.map(({ role }) => role))]
  const titleById = new Map(plan.tasks.map(({ id, title }) => [id, title]))
  const renderBar = (task: PlanTask, hue: number): string => {
    const [left, width] = axis.spanPercent(task.start, task.finish)
    return `<div class="bar${task.critical ? ' critical' : ''}${task.status === 'done' ? ' done' : ''}" style="left:${left}%;width:${width}%;--hue:${hue}"></div>`
  }
  const renderRow = (task: PlanTask, hue: number): string =>
    `<tr><th scope="row"><span class="title">${escapeXml(task.title)}</span><span class="facts">${task.estimate_hours} h${task.critical ? ', <b>critical</b>' : `, ${task.slack_hours} h slack`}${task.status === 'done' ? ', done' : ''}</span>${renderDependencies(task.depends_on, titleById)}</th><td class="when"><time datetime="${task.start}">${formatDateTime(task.start)}</time> – <time datetime="${task.finish}">${formatDateTime(task.finish)}</time></td><td class="chart">${renderBar(task, hue)}</td></tr>`
  const renderGroup = (role: string, at: number): string => {
    // Hues from blue round to orange leave out red, because red means critical.
    const hue = 40 + ((170 + Math.round((at * 290) / roles.length)) % 290)
    const count = plan.team.find((one) => one.role === role)?.count ?? 1
    return `<tbody><tr class="group"><th scope="rowgroup" colspan="2"><i style="--hue:${hue}"></i>${escapeXml(role)}${count > 1 ? ` × ${count}` : ''}</th><td class="chart"></td></tr>${plan.tasks
      .filter((task) => task.role === role)
      .map((task) => renderRow(task, hue))
      .join('\n')}</tbody>`
  }
  const milestones = plan.milestones.map(
    ({ title, at, depends_on }) =>
      `<tr><th scope="row"><span class="title">${escapeXml(title)}</span><span class="facts">milestone</span>${renderDependencies(depends_on, titleById)}</th><td class="when"><time datetime="${at}">${formatDateTime(at)}</time></td><td class="chart"><div class="milestone" style="left:${axis.percentAt(at)}%"></div></td></tr>`,
  )
  const body = `<header>
<h1>${escapeXml(plan.goal)}</h1>
<p>${plan.tasks.length} tasks, ${plan.makespan_hours} working hours at ${plan.hours_per_day} a day, ${formatDateTime(axis.first)} to ${formatDateTime(axis.last)}. The longest chain of dependencies takes ${plan.critical_path_hours} hours${plan.lower_bound_hours < plan.makespan_hours ? `; with this team no order of work takes less than ${plan.lower_bound_hours}` : ''}.</p>
${renderList(
  'findings',
  plan.findings.map(({ severity, message }) => `<li class="${severity}">${escapeXml(message)}</li>`),
)}
</header>
<table>
<thead><tr><th scope="col">Task</th><th scope="col" class="when">When</th><th scope="col" class="chart axis"><span class="visually-hidden">Chart</span>${axis.ticks
    .map(({ at, label }) => `<span${at > 90 ? ' class="late"' : ''} style="left:${at}%">${label}</span>`)
    .join('')}</th></tr></thead>
${roles.map(renderGroup).join('\n')}
${milestones.length > 0 ? `<tbody><tr class="group"><th scope="rowgroup" colspan="2">Milestones</th><td class="chart"></td></tr>${milestones.join('\n')}</tbody>` : ''}
</table>
<footer><span class="key"><i class="critical"></i> on the critical path</span><span class="key"><i></i> has slack</span><span class="key"><i class="rest"></i> weekend</span></footer>`
  const style = `${GANTT_STYLE}\n.chart { background-image: ${axis.backgroundCss}; }`
  return renderHtmlPage({ title: plan.goal, style, body })
}

function renderDependencies(depends_on: readonly string[], titles: ReadonlyMap<string, string>): string {
  if (depends_on.length === 0) return ''
  return `<span class="waits">, after ${depends_on.map((id) => escapeXml(titles.get(id) ?? id)).join('; ')}</span>`
}

function renderList(name: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul class="${name}">${items.join('')}</ul>`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `2 Jan 09:00`. */
function formatDateTime(local: string): string {
  const [, month = '', day = '', time = ''] = /^\d+-(\d\d)-(\d\d)T(.*)$/.exec(local) ?? []
  return `${Number(day)} ${MONTHS[Number(month) - 1] ?? ''} ${time}`
}
