import { toCsv, toIcs, toJson, toMarkdown, toMermaid } from '../../planning/index.ts'
import type { KeptPlan } from './document.ts'
import { breakdownSheets, callSheets, oneLiner } from './paperwork.ts'

/** What a plan can be had as; undefined where a plan has no such thing: only a screenplay has a shooting schedule. */
export const FORMATS: Readonly<Record<string, (plan: KeptPlan) => string | undefined>> = {
  md: toMarkdown,
  json: toJson,
  mermaid: toMermaid,
  csv: toCsv,
  ics: toIcs,
  oneliner: oneLiner,
  breakdown: breakdownSheets,
  callsheets: callSheets,
}
