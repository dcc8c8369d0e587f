import { describeRepair, findCycle, repairGraph } from '../../planning/index.ts'
import type { WorkAnswer } from './questions.ts'
import type { Finding, ShootingBlock, Work } from './shapes.ts'

export interface Limits {
  readonly mostTasks: number
  readonly blocks: readonly ShootingBlock[]
  readonly hoursPerDay: number
  /** Ids of the plan that is revised: tasks that stay keep them. */
  readonly earlierIds: readonly string[]
}

type Repaired = (code: string, message: string) => void
type Proposed = WorkAnswer['tasks'][number]

/** A crew shoots about five pages a day. */
export const PAGES_A_DAY = 5
/** Half a year of one person: nobody can know that much about one task. */
const MOST_HOURS = 1000
const LIKELY_HOURS = 8

/** What is wrong with an answer that fits the schema, as the model should read it: by its own ids. */
export function complaints({ tasks }: WorkAnswer, { mostTasks, blocks }: Limits): readonly string[] {
  const ids = tasks.map(({ id }) => id)
  const known = new Set(ids)
  const cycle = findCycle([...new Map(tasks.map((task) => [task.id, task])).values()])
  return [
    ...(tasks.length > mostTasks ? [`There are ${tasks.length} tasks: give at most ${mostTasks}.`] : []),
    ...[...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))].map((id) => `Two tasks have the id "${id}".`),
    ...tasks.filter(({ title }) => title.trim() === '').map(({ id }) => `Task "${id}" has no title.`),
    ...tasks
      .filter(({ estimate_hours: hours }) => !isPossible(hours))
      .map(
        ({ id, estimate_hours }) =>
          `Task "${id}" takes ${estimate_hours} hours: give more than 0 and at most ${MOST_HOURS}.`,
      ),
    ...tasks.flatMap(({ id, depends_on }) =>
      depends_on
        .filter((dependency) => !known.has(dependency))
        .map((dependency) => `Task "${id}" depends on "${dependency}", which is not in the list.`),
    ),
    ...(cycle ? [`These tasks wait for each other, each for the next: ${cycle.join(' -> ')}. Break the circle.`] : []),
    ...blocks
      .filter(({ id }) => !known.has(id))
      .map(({ id, title }) => `The fixed task "${id}" (${title}) is missing.`),
  ].slice(0, 20)
}

/**
 * Makes a proposal into work that can be scheduled, whatever it holds, and tells of everything it changes: tasks without
 * a title and tasks past the limit go, ids become stable slugs, hours that cannot be become likely ones, dependencies
 * that lead nowhere or in a circle are dropped, shooting that was forgotten is added.
 */
export function settle(answer: WorkAnswer, limits: Limits): Work {
  const findings: Finding[] = []
  const repaired: Repaired = (code, message) => void findings.push({ code, severity: 'warn', message })

  const titled = answer.tasks.filter(({ title }) => title.trim() !== '')
  for (const { id } of answer.tasks.filter(({ title }) => title.trim() === '')) {
    repaired('P01', `The model gave a task without a title ("${clip(id, 40)}"); it was dropped.`)
  }
  const kept = titled.slice(0, limits.mostTasks)
  if (kept.length < titled.length) {
    const first = titled[kept.length]?.title ?? ''
    repaired(
      'P01',
      `The model gave ${titled.length} tasks; those after the first ${kept.length} were dropped, from "${clip(first, 80)}" on.`,
    )
  }
  const all = [...kept, ...forgotten(kept, limits.blocks, repaired)]
  const ids = stableIds(all, limits, repaired)
  const edges = resolved(all, ids)
  const { tasks, repairs } = repairGraph(edges)
  for (const repair of repairs) repaired(repair.kind === 'cycle' ? 'P03' : 'P02', describeRepair(repair))

  const hours = all.map(({ estimate_hours }) => estimate_hours).filter(isPossible)
  const usual = hours.toSorted((a, b) => a - b)[Math.floor(hours.length / 2)] ?? LIKELY_HOURS
  return {
    deliverables: phrases(answer.deliverables),
    assumptions: phrases(answer.assumptions),
    roles: answer.roles.map(({ role, count }) => ({
      role: oneLine(role, 60),
      count: Math.min(Math.max(count, 1), 1000),
    })),
    tasks: all.map((task, at) => ({
      id: ids[at] ?? '',
      title: oneLine(task.title, 120),
      description: clip(task.description.trim(), 800),
      role: oneLine(task.role, 60),
      ...estimate(task, ids[at] ?? '', usual, limits, repaired),
      depends_on: [...(tasks[at]?.depends_on ?? [])],
      priority: task.priority,
      acceptance: clip(task.acceptance.trim(), 400),
    })),
    findings,
  }
}

function isPossible(hours: number): boolean {
  return hours > 0 && hours <= MOST_HOURS
}

/** Shooting that the model left out, waiting for what the rest of the shooting waits for. */
function forgotten(
  kept: readonly Proposed[],
  blocks: readonly ShootingBlock[],
  repaired: Repaired,
): readonly Proposed[] {
  const shot = kept.filter(({ id }) => blocks.some((block) => block.id === id))
  const known = new Set(shot.map(({ id }) => id))
  return blocks
    .filter(({ id }) => !known.has(id))
    .map(({ id, title, description }) => {
      repaired('P09', `The model left out "${title}"; it was added.`)
      return {
        id,
        title,
        description,
        role: shot[0]?.role ?? 'crew',
        estimate_hours: LIKELY_HOURS,
        estimate_basis: 'a day of shooting',
        depends_on: (shot[0]?.depends_on ?? []).filter((dependency) => !known.has(dependency)),
        priority: 'high',
        acceptance: 'All its scenes are shot and checked.',
      }
    })
}

/** `t01-scout-the-places`: a number that is never given twice, and the beginning of the title. Blocks keep their ids. */
function stableIds(all: readonly Proposed[], { earlierIds, blocks }: Limits, repaired: Repaired): readonly string[] {
  const numbers = earlierIds.map((id) => Number(/^t(\d+)/.exec(id)?.[1] ?? 0))
  let last = Math.max(0, ...numbers)
  const lasting = new Set([...earlierIds, ...blocks.map((block) => block.id)])
  const taken = new Set<string>()
  const told = new Set<string>()
  return all.map(({ id, title }) => {
    if (told.has(id))
      repaired(
        'P01',
        `Two tasks had the id "${clip(id, 40)}"; "${clip(title, 80)}" got one of its own, and dependencies on it mean the first.`,
      )
    told.add(id)
    if (lasting.has(id) && !taken.has(id)) {
      taken.add(id)
      return id
    }
    last += 1
    return [`t${String(last).padStart(2, '0')}`, ...slug(title)].join('-')
  })
}

/** Plain letters and digits of the first words, about twenty-four of them; nothing where there are none. */
function slug(title: string): readonly string[] {
  const words =
    title
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? []
  const fitting = words.filter((_, at) => words.slice(0, at + 1).join('-').length <= 24)
  return fitting.length > 0 ? fitting : words.slice(0, 1).map((word) => word.slice(0, 24))
}

/** Dependencies by stable ids, however the model named the task: by its id, in other letters, or by its title. */
function resolved(all: readonly Proposed[], ids: readonly string[]): { id: string; depends_on: string[] }[] {
  const names = new Map<string, string>()
  for (const name of [
    (task: Proposed) => task.id,
    (task: Proposed) => plain(task.id),
    (task: Proposed) => plain(task.title),
  ]) {
    for (const [at, task] of all.entries()) {
      if (!names.has(name(task))) names.set(name(task), ids[at] ?? '')
    }
  }
  const find = (dependency: string): string =>
    names.get(dependency) ?? names.get(plain(dependency)) ?? clip(dependency, 60)
  return all.map((task, at) => ({ id: ids[at] ?? '', depends_on: task.depends_on.map(find) }))
}

function estimate(
  { estimate_hours: hours, estimate_basis }: Proposed,
  id: string,
  usual: number,
  { blocks, hoursPerDay }: Limits,
  repaired: Repaired,
): { estimate_hours: number; estimate_basis: string } {
  const pages = blocks.find((block) => block.id === id)?.pages
  if (pages !== undefined) {
    const basis = `${quarter(pages)} pages at ${PAGES_A_DAY} a day of ${hoursPerDay} hours`
    return { estimate_hours: quarter((pages / PAGES_A_DAY) * hoursPerDay), estimate_basis: basis }
  }
  if (isPossible(hours)) return { estimate_hours: quarter(hours), estimate_basis: oneLine(estimate_basis, 200) }
  const likely = hours > MOST_HOURS ? MOST_HOURS : usual
  const why = hours > MOST_HOURS ? 'the most that one task may take' : 'the usual length of a task of this plan'
  repaired('P04', `The model gave ${id} ${hours} hours; it was given ${quarter(likely)}, ${why}.`)
  return { estimate_hours: quarter(likely), estimate_basis: `assumed: ${why}` }
}

/** Rounded to quarters of an hour, at least one. */
function quarter(hours: number): number {
  return Math.max(1, Math.round(hours * 4)) / 4
}

function phrases(list: readonly string[]): string[] {
  return list
    .map((one) => oneLine(one, 300))
    .filter(Boolean)
    .slice(0, 20)
}

function oneLine(text: string, most: number): string {
  return clip(text.replace(/\s+/g, ' ').trim(), most)
}

function plain(text: string): string {
  return text.trim().toLowerCase()
}

/** At most so many characters, the last a sign that there were more; no character is cut in two. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text
  const head = text.slice(0, Math.max(0, most - 1)).replace(/[\ud800-\udbff]$/, '')
  return `${head.trimEnd()}…`
}
