import { describeRepair, findCycle, repairGraph } from '../../planning/index.ts'
import { resolved, stableIds } from './names.ts'
import type { WorkAnswer } from './questions.ts'
import type { Finding, PlanDocument, Work } from './shapes.ts'
import { clip, oneLine } from './text.ts'

export interface Limits {
  readonly mostTasks: number
  readonly blocks: PlanDocument['blocks']
  readonly hoursPerDay: number
  /** Ids of the plan that is revised: tasks that stay keep them. */
  readonly earlierIds: readonly string[]
  /** Ids of all its versions: none of them comes to mean another task. */
  readonly usedIds: readonly string[]
}

type Repaired = (code: string, message: string) => void
type Proposed = WorkAnswer['tasks'][number]

/** A crew shoots about five pages a day. */
export const PAGES_A_DAY = 5
/** Half a year of one person: nobody can know that much about one task. */
const MOST_HOURS = 1000
const LIKELY_HOURS = 8

/** What is wrong with an answer that fits the schema, as the model should read it: by its own ids. */
export function complaints({ tasks, shooting }: WorkAnswer, { mostTasks, blocks }: Limits): readonly string[] {
  const ids = tasks.map(({ id }) => id)
  const known = new Set([...ids, ...blocks.map(({ id }) => id)])
  const needed = [...tasks, { id: 'shooting', depends_on: shooting?.task_ids ?? [] }]
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
    ...needed.flatMap(({ id, depends_on }) =>
      depends_on
        .filter((dependency) => !known.has(dependency))
        .map((dependency) => `Task "${id}" depends on "${dependency}", which is not in the list.`),
    ),
    ...(cycle ? [`These tasks wait for each other, each for the next: ${cycle.join(' -> ')}. Break the circle.`] : []),
  ].slice(0, 20)
}

/**
 * Makes a proposal into work that can be scheduled, whatever it holds, and tells of everything it changes: tasks without
 * a title and tasks past the limit go, ids become stable slugs, hours that cannot be become likely ones, dependencies
 * that lead nowhere or in a circle are dropped, and the shooting is put in.
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
  const all = withShooting(kept, answer, limits)
  const lasting = [...limits.earlierIds, ...limits.blocks.map(({ id }) => id)]
  const ids = stableIds(all, { lasting, used: limits.usedIds }, (message) => repaired('P01', message))
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
      ...estimate(task, ids[at] ?? '', usual, repaired),
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

/**
 * The shooting as the screenplay dictates it, one block after the other, put before the first task that waits for any
 * of it. What the model says of it is what must be done before the first block, and who shoots; what it says of a block
 * by listing it among its own tasks is kept too.
 */
function withShooting(
  kept: readonly Proposed[],
  { shooting }: WorkAnswer,
  { blocks, hoursPerDay }: Limits,
): readonly Proposed[] {
  const isBlock = (id: string): boolean => blocks.some((block) => block.id === id)
  const shots = blocks.map(({ id, title, description, pages }, at): Proposed => {
    const listed = kept.find((task) => task.id === id)
    const before = at === 0 ? (shooting?.task_ids ?? []) : [blocks[at - 1]?.id ?? '']
    return {
      id,
      title,
      description,
      role: shooting?.role.trim() || listed?.role || 'crew',
      estimate_hours: (pages / PAGES_A_DAY) * hoursPerDay,
      estimate_basis: `${pages} pages at ${PAGES_A_DAY} a day of ${hoursPerDay} hours`,
      depends_on: [...new Set([...before, ...(listed?.depends_on ?? []).filter((other) => !isBlock(other))])],
      priority: 'high',
      acceptance: 'All its scenes are shot and checked.',
    }
  })
  const rest = kept.filter(({ id }) => !isBlock(id))
  const first = rest.findIndex(({ depends_on }) => depends_on.some(isBlock))
  return rest.toSpliced(first < 0 ? rest.length : first, 0, ...shots)
}

function estimate(
  { estimate_hours: hours, estimate_basis }: Proposed,
  id: string,
  usual: number,
  repaired: Repaired,
): { estimate_hours: number; estimate_basis: string } {
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
