import { toInstant } from '../calendar/time-zone.ts'
import type { Plan, PlanTask } from '../plan.ts'

/**
 * The plan as an iCalendar file (RFC 5545): an event for each task and each milestone. With a time zone in the plan,
 * times are instants in UTC, which every calendar shows right; without one they are local. A UID stays the same from
 * revision to revision, so that an import of a later one replaces the earlier. Done and started tasks are CONFIRMED,
 * others TENTATIVE; no event blocks free time, because a task of several days covers nights and weekends.
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
    `UID:${escapeText(`${plan.plan_id}-${id}`)}@showrunner`,
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
    ...plan.tasks.flatMap((task) =>
      formatEvent(
        task.id,
        [
          `DTSTART:${formatLocalTime(task.start)}`,
          ...(task.finish > task.start ? [`DTEND:${formatLocalTime(task.finish)}`] : []),
          `STATUS:${task.status === 'done' || task.status === 'started' ? 'CONFIRMED' : 'TENTATIVE'}`,
          'TRANSP:TRANSPARENT',
        ],
        [
          ['SUMMARY', task.title],
          ['DESCRIPTION', describeTask(task)],
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

function describeTask({
  role,
  critical,
  description,
  acceptance,
  status = 'open',
  actual_hours: hours,
}: PlanTask): string {
  const spent = hours === undefined ? '' : `, ${hours} h spent`
  return [
    ...(status === 'open' ? [] : [`Status: ${status}${spent}`]),
    `${role}${critical ? ' (critical)' : ''}: ${description}`,
    `Done when: ${acceptance}`,
  ].join('\n')
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

/** Lines of at most 75 octets of UTF-8; the rest goes on after a line break and a space. No character is split. */
function foldLine(line: string): string {
  if (line.length <= 25) return line
  const lines: string[] = []
  let from = 0
  let octets = 0
  for (let at = 0; at < line.length; ) {
    const code = line.codePointAt(at) ?? 0
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    if (octets + size > 75) {
      lines.push(line.slice(from, at))
      from = at
      octets = 1
    }
    octets += size
    at += code < 0x10000 ? 1 : 2
  }
  return [...lines, line.slice(from)].join('\r\n ')
}
