import type { Plan } from '../plan.ts'

/**
 * The task graph in Graphviz's language: a box a task with its role and hours, a diamond a milestone, an arrow from
 * each dependency to its dependent; the critical path is bold and red. Draw it with `dot -Tsvg`.
 */
export function toDot(plan: Pick<Plan, 'goal' | 'tasks' | 'milestones' | 'critical_path'>): string {
  const criticalEdges = new Set(plan.critical_path.slice(1).map((id, at) => `${plan.critical_path[at]} ${id}`))
  const formatEdge = (from: string, to: string): string =>
    `  ${quote(from)} -> ${quote(to)}${criticalEdges.has(`${from} ${to}`) ? ' [color="#b3261e", penwidth=2]' : ''};`
  return [
    'digraph plan {',
    `  label=${quote(plan.goal)};`,
    '  labelloc=t;',
    '  rankdir=LR;',
    '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica", fontsize=11];',
    '  edge [color="#666666"];',
    ...plan.tasks.map(
      ({ id, title, role, estimate_hours, critical }) =>
        `  ${quote(id)} [label=${quote(`${title}\n${role}, ${estimate_hours} h`)}${critical ? ', color="#b3261e", penwidth=2' : ''}];`,
    ),
    ...plan.milestones.map(({ id, title }) => `  ${quote(id)} [label=${quote(title)}, shape=diamond, style=filled];`),
    ...[...plan.tasks, ...plan.milestones].flatMap(({ id, depends_on }) =>
      depends_on.map((from) => formatEdge(from, id)),
    ),
    '}',
    '',
  ].join('\n')
}

/** A quoted string of DOT: only `"` and `\` have a meaning in it, and other control characters have no place. */
function quote(text: string): string {
  const safe = text
    .replace(/[\\"]/g, '\\$&')
    .replace(/\r\n|\r|\n/g, '\\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL would end the file for Graphviz.
    .replace(/[\u0000-\u001f\u007f]/g, ' ')
  return `"${safe}"`
}
