import type { TaskDraft, TeamMember } from '../../planning/index.ts'
import type { Finding, Work } from './shapes.ts'

/** Gives every task a role that there is: the team's where one is given, else the roles that the plan named. */
export function casting(
  work: Work,
  given: readonly TeamMember[] | undefined,
): { tasks: readonly TaskDraft[]; team: readonly TeamMember[]; findings: readonly Finding[] } {
  const used = work.tasks.map(({ role }) => role)
  const team = merged(given ?? work.roles.filter(({ role }) => used.some((one) => same(one, role))))
  const there = [...team]
  const findings: Finding[] = []
  const told = new Set<string>()
  const roleOf = (wanted: string): string => {
    const [only] = team
    const found = there.find(({ role }) => same(role, wanted)) ?? near(team, wanted)
    const role = found?.role ?? (wanted === '' && only ? only.role : wanted === '' ? 'team' : wanted)
    if (!found && !there.some((one) => one.role === role)) there.push({ role, count: 1 })
    const message = told.has(wanted) ? undefined : castMessage(wanted, role, found !== undefined, given !== undefined)
    if (message !== undefined) findings.push({ code: 'P06', severity: 'warn', message })
    told.add(wanted)
    return role
  }
  const tasks = work.tasks.map((task) => ({ ...task, role: roleOf(task.role) }))
  const assumed = there.map(({ role, count }) => `${count} ${role}`).join(', ')
  const all: readonly Finding[] = given
    ? []
    : [{ code: 'P06', severity: 'info', message: `No team was given; this plan is for ${assumed}.` }]
  return { tasks, team: there, findings: [...findings, ...all] }
}

function castMessage(wanted: string, role: string, found: boolean, given: boolean): string | undefined {
  if (wanted === '') return `Tasks without a role were given to ${role}.`
  if (found) return same(role, wanted) ? undefined : `The role "${wanted}" was taken to be ${role}.`
  return given ? `"${wanted}" is not in the team: one was added. Without it, the plan cannot be kept.` : undefined
}

/** The same role named twice is one role, of all its people. */
function merged(team: readonly TeamMember[]): readonly TeamMember[] {
  const groups = Map.groupBy(team, ({ role }) => wordsOf(role).join(' '))
  return [...groups.values()].map((all) => ({
    role: all[0]?.role ?? '',
    count: all.reduce((sum, { count }) => sum + count, 0),
  }))
}

/** "Lead editor" is an editor, if there is one kind of editor only. */
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
