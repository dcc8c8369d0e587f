import { toInstant } from '../calendar/time-zone.ts'
import type { Plan } from '../plan.ts'

/**
 * The plan as an iCalendar file (RFC 5545): an event for each task and each milestone. With a time zone in the plan,
 * times are instants in UTC, which every calendar shows right; without one they are local, as the plan's own. A UID stays the same from revision to revision, so that a calendar that imports both replaces and does not double.
 */
export function toIcs(
  plan: Pick<Plan, 'plan_id' | 'goal' | 'tasks' | 'milestones' | 'made_at' | 'revision' | 'time_zone'>,
): string {
  const zone = plan.time_zone
  const formatLocalTime = (local: string): string =>
    zone === undefined ? formatIcsDateTime(local) : `${formatIcsDateTime(toInstant(local, zone))}Z`
  const formatEvent = (
    id: string,
    times: readonly string[],
    facts: readonly (readonly [string, string])[],
  ): string[] => [
    'BEGIN:VEVENT',
    `UID:${plan.plan_id}-${id}@showrunner`,
    `DTSTAMP:${formatIcsDateTime(plan.made_at)}Z`,
    `SEQUENCE:${plan.revision}`,
    ...times,
    ...facts.map(([name, text]) => `${name}:${escapeText(text)}`),
    'END:VEVENT',
  ]
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Showrunner//Plan//EN',
    'CALSCALE:GREGORIAN',
    `X-WR-CALNAME:${escapeText(plan.goal)}`,
    ...plan.tasks.flatMap(({ id, title, role, description, acceptance, critical, start, finish }) =>
      formatEvent(
        id,
        [`DTSTART:${formatLocalTime(start)}`, `DTEND:${formatLocalTime(finish)}`],
        [
          ['SUMMARY', title],
          ['DESCRIPTION', `${role}${critical ? ' (critical)' : ''}: ${description}\nDone when: ${acceptance}`],
        ],
      ),
    ),
    ...plan.milestones.flatMap(({ id, title, at }) =>
      formatEvent(id, [`DTSTART:${formatLocalTime(at)}`], [['SUMMARY', `Milestone: ${title}`]]),
    ),
    'END:VCALENDAR',
  ]
  return lines.map((line) => `${foldLine(line)}\r\n`).join('')
}

/** `2026-01-05T09:00` or `2026-01-05T09:00:00.000Z` as `20260105T090000`. */
function formatIcsDateTime(date: string): string {
  return `${date.slice(0, 19).replace(/[-:]/g, '')}00`.slice(0, 15)
}

function escapeText(text: string): string {
  return (
    text
      .replace(/[\\;,]/g, '\\$&')
      .replace(/\r\n|\r|\n/g, '\\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the format allows no control character but the tab.
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
  )
}

/** Lines are at most 75 octets of UTF-8; what is longer goes on after a line break and a space. No character is split. */
function foldLine(line: string): string {
  const lines: string[] = []
  let current = ''
  let octets = 0
  const utf8 = new TextEncoder()
  for (const character of line) {
    const size = utf8.encode(character).length
    if (octets + size > 75) {
      lines.push(current)
      current = ' '
      octets = 1
    }
    current += character
    octets += size
  }
  return [...lines, current].join('\r\n')
}
