import type { Plan, PlanTask } from '../plan.ts'
import { toOneLine } from './markdown-text.ts'

/** A Mermaid Gantt chart: a section a role, tasks tagged `done`, `active` and `crit`, milestones last. */
export function toMermaid(plan: Pick<Plan, 'goal' | 'tasks' | 'milestones'>): string {
  const ids = mermaidIds([...plan.tasks, ...plan.milestones].map(({ id }) => id))
  const formatDateTime = (date: string): string => date.replace('T', ' ')
  const formatBar = (task: PlanTask): string =>
    `    ${mermaidLabel(task.title)} :${tagsOf(task)}${ids.get(task.id)}, ${formatDateTime(task.start)}, ${formatDateTime(task.finish)}`
  const sections = [...Map.groupBy(plan.tasks, ({ role }) => role)].flatMap(([role, tasks]) => [
    `    section ${mermaidLabel(role)}`,
    ...tasks.map(formatBar),
  ])
  const milestones = plan.milestones.map(
    ({ id, title, at }) => `    ${mermaidLabel(title)} :milestone, ${ids.get(id)}, ${formatDateTime(at)}, 0d`,
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

function tagsOf({ status, critical }: PlanTask): string {
  if (status === 'done') return 'done, '
  return `${status === 'started' ? 'active, ' : ''}${critical ? 'crit, ' : ''}`
}

/** Words that Mermaid reads as a tag or as the start of an expression in the place of an id. */
const RESERVED_IDS = new Set(['crit', 'done', 'active', 'milestone', 'vert', 'after', 'until'])

/** An id of letters, digits and hyphens for each given one, unique; the given one where Mermaid reads it as it is. */
function mermaidIds(given: readonly string[]): ReadonlyMap<string, string> {
  const isSafe = (id: string): boolean => /^[a-z][a-z0-9-]*$/.test(id) && !RESERVED_IDS.has(id)
  const used = new Set(given.filter(isSafe))
  const unique = (id: string): string => {
    if (isSafe(id)) return id
    const base = `id-${id.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`.replace(/-+$/, '')
    let name = base
    for (let number = 2; used.has(name); number++) name = `${base}-${number}`
    used.add(name)
    return name
  }
  const ids = new Map<string, string>()
  for (const id of given) if (!ids.has(id)) ids.set(id, unique(id))
  return ids
}

const MERMAID_KEYWORDS =
  /^(title|section|click|call|href|dateformat|axisformat|tickinterval|todaymarker|weekday|weekend|excludes|includes|inclusiveenddates|topaxis|acctitle|accdescr|gantt)\b/i

/**
 * Text that Mermaid reads as a label only: its own signs become its entity codes, and so does the first letter of a word
 * that would begin a statement (a task called "Title design").
 */
function mermaidLabel(text: string): string {
  const code = (sign: string): string => `#${sign.codePointAt(0)};`
  const safe = toOneLine(text).replace(/[#:;%<>"`{}]/g, code)
  const shown = safe === '' ? '-' : safe
  return MERMAID_KEYWORDS.test(shown) ? code(shown) + shown.slice(1) : shown
}
