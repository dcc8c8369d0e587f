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

/** What a plan can be had as; undefined where it has no such thing: only a screenplay is shot. */
export const FORMATS: Readonly<Record<string, (plan: KeptPlan, shooting?: Shooting) => string | undefined>> = {
  md: toMarkdown,
  json: toJson,
  mermaid: toMermaid,
  csv: toCsv,
  ics: toIcs,
  dot: toDot,
  mspdi: toMspdi,
  html: toHtml,
  stripboard: (plan, shooting) => shooting && toStripBoard(withDates(plan, shooting), titleOf(plan, shooting)),
  oneliner: (plan, shooting) => shooting && toOneLiner(withDates(plan, shooting), titleOf(plan, shooting)),
  dood: (_, shooting) => shooting && dayOutOfDaysTable(shooting.schedule),
  breakdown: breakdownSheets,
  callsheets: callSheets,
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
