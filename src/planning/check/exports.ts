import { toCsv } from '../export/csv.ts'
import { toDot } from '../export/dot.ts'
import { toIcs } from '../export/icalendar.ts'
import { toMermaid } from '../export/mermaid.ts'
import { toMspdi } from '../export/ms-project.ts'
import type { PlanCheck } from './check.ts'

export const exportsCheck: PlanCheck = {
  id: 'P13',
  title: 'Exports',
  checks: 'The exports have as many bars, boxes, arrows, events, rows, links and done tasks as the plan.',
  find(plan) {
    const rows = plan.tasks.length + plan.milestones.length
    const edges = [...plan.tasks, ...plan.milestones].reduce((sum, { depends_on }) => sum + depends_on.length, 0)
    const done = plan.tasks.filter(({ status }) => status === 'done').length
    const [mermaid, project, calendar] = [toMermaid(plan), toMspdi(plan), toIcs(plan)]
    const counted: readonly (readonly [what: string, is: number, should: number])[] = [
      [
        'bars of Mermaid',
        countMatches(mermaid, /^ {4}[^\n:]* :(?:(?:done|active|crit|milestone), )*[a-z0-9-]+, \d{4}-/gm),
        rows,
      ],
      ['done bars of Mermaid', countMatches(mermaid, /^ {4}[^\n:]* :done, /gm), done],
      ['arrows of DOT', countMatches(toDot(plan), /^ {2}"[^"\n]*" -> "/gm), edges],
      ['events of iCalendar', countMatches(calendar, /^BEGIN:VEVENT\r$/gm), rows],
      ['rows of CSV', countMatches(toCsv(plan).replace(/"[^"]*"/g, ''), /\r\n/g) - 1, plan.tasks.length],
      ['tasks of MSPDI', countMatches(project, /<Task>/g), rows],
      ['done tasks of MSPDI', countMatches(project, /<PercentComplete>100</g), done],
      ['links of MSPDI', countMatches(project, /<PredecessorLink>/g), edges],
    ]
    return counted.filter(([, is, should]) => is !== should).map(([what, is, should]) => `${is} ${what} for ${should}`)
  },
}

function countMatches(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0
}
