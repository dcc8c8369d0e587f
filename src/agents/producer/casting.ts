import type { TeamMember } from '../../planning/index.ts'
import type { DraftTask, Finding } from './document.ts'

/** Gives every task an existing role: one of the team where a team is given, else one that the plan named. */
export function casting(
  drafts: readonly DraftTask[],
  roles: readonly TeamMember[],
  given: readonly TeamMember[] | undefined,
): { tasks: readonly DraftTask[]; team: readonly TeamMember[]; findings: readonly Finding[] } {
  const used = drafts.map(({ role }) => role)
  const team = merged(given ?? roles.filter(({ role }) => used.some((one) => same(one, role))))
  const there = [...team]
  const messages = new Set<string>()
  const roleOf = (wanted: string): string => {
    const found = there.find(({ role }) => same(role, wanted)) ?? near(team, wanted)
    const role = found?.role ?? (wanted || team[0]?.role || 'team')
    if (wanted === '') messages.add(`Tasks without a role were given to ${role}.`)
    else if (found && !same(role, wanted)) messages.add(`The role "${wanted}" was taken to be ${role}.`)
    if (!there.some((one) => one.role === role)) there.push({ role, count: 1 })
    return role
  }
  const tasks = drafts.map((task) => ({ ...task, role: roleOf(task.role) }))
  const added = there.slice(team.length).map(({ role }) => role)
  if (given && added.length > 0) {
    messages.add(
      `Needed, but not in the team: ${added.join(', ')}. One of each was added; without them the plan cannot be kept.`,
    )
  }
  const assumed = there.map(({ role, count }) => `${count} ${role}`).join(', ')
  const findings = [...messages].map((message): Finding => ({ code: 'P06', severity: 'warn', message }))
  const alone: Finding = { code: 'P06', severity: 'info', message: `No team was given; this plan is for ${assumed}.` }
  return { tasks, team: there, findings: given ? findings : [...findings, alone] }
}

/** A role that is named twice becomes one role with the sum of the people. */
function merged(team: readonly TeamMember[]): readonly TeamMember[] {
  const groups = Map.groupBy(team, ({ role }) => wordsOf(role).join(' '))
  return [...groups.values()].map((all) => ({
    role: all[0]?.role ?? '',
    count: all.reduce((sum, { count }) => sum + count, 0),
  }))
}

/** The only role of the team that matches by its words: "Lead editor" matches "Editor". */
function near(team: readonly TeamMember[], wanted: string): TeamMember | undefined {
  const words = wordsOf(wanted)
  const found = team.filter(({ role }) => {
    const own = wordsOf(role)
    return (
      own.length > 0 &&
      words.length > 0 &&
      (own.every((word) => words.includes(word)) || words.every((word) => own.includes(word)))
    )
  })
  return found.length === 1 ? found[0] : undefined
}

function same(a: string, b: string): boolean {
  return wordsOf(a).join(' ') === wordsOf(b).join(' ')
}

function wordsOf(role: string): readonly string[] {
  return (role.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.replace(/(?<=\p{L}{3})s$/u, ''))
}
