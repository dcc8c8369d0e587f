import { describeFix, findCycle, repairGraph } from '../../planning/index.ts'
import type { Finding, Named, NamedTask, Proposed, Scope, TasksAnswer } from './document.ts'
import { resolved, stableIds } from './names.ts'
import type { ShootingBlock } from './shooting.ts'
import { clip, oneLine } from './text.ts'

/** The limits of an answer. */
interface Limits {
  readonly mostTasks: number
  readonly blocks: readonly ShootingBlock[]
  readonly deliverables: Scope['deliverables']
}

/** An alias of the last day of shooting, because a new schedule may have more or fewer days. */
export const WRAP = 'wrap'

/** The problems of an answer that fits the schema, worded for the model with its own ids. */
export function complaints(
  { tasks, shooting }: TasksAnswer,
  { mostTasks, blocks, deliverables, earlier }: Limits & { readonly earlier: readonly Proposed[] },
): readonly string[] {
  const ids = [...earlier, ...tasks].map(({ id }) => id)
  const known = new Set([...ids, ...blocks.map(({ id }) => id)])
  const needed = [...tasks, { id: 'shooting', depends_on: shooting?.task_ids ?? [] }]
  const cycle = findCycle([...new Map(tasks.map((task) => [task.id, task])).values()])
  const made = new Set(tasks.map(({ deliverable }) => deliverable))
  return [
    ...(ids.length > mostTasks ? [`There are ${tasks.length} tasks: give at most ${mostTasks - earlier.length}.`] : []),
    ...[...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))].map((id) => `Two tasks have the id "${id}".`),
    ...tasks.filter(({ title }) => title.trim() === '').map(({ id }) => `Task "${id}" has no title.`),
    ...needed.flatMap(({ id, depends_on }) =>
      depends_on
        .filter((dependency) => !known.has(dependency))
        .map((dependency) => `Task "${id}" depends on "${dependency}", which is not in the list.`),
    ),
    ...(cycle ? [`These tasks wait for each other, each for the next: ${cycle.join(' -> ')}. Break the circle.`] : []),
    ...deliverables.filter(({ id }) => !made.has(id)).map(({ id, title }) => `No task makes ${id}, "${title}".`),
  ].slice(0, 20)
}

/**
 * Makes tasks that can be scheduled from any proposal, with a finding for each change: tasks without a title and past the
 * limit are dropped, ids become stable slugs, dependencies on unknown tasks and in cycles (shooting included) are dropped.
 * `earlierIds` are ids of the revised plan, which its tasks keep. `usedIds` are ids of all versions, which no new task gets.
 */
export function settle(
  answer: TasksAnswer,
  limits: Limits & { readonly earlierIds: readonly string[]; readonly usedIds: readonly string[] },
): Named {
  const findings: Finding[] = []
  const repaired = (code: string, message: string): void => void findings.push({ code, severity: 'warn', message })
  const kept = titled(answer.tasks, limits.mostTasks, repaired)
  const { blocks } = limits
  const all = withShooting(kept, answer, blocks)
  const ids = stableIds(
    all,
    { lasting: [...limits.earlierIds, ...blocks.map(({ id }) => id)], used: limits.usedIds },
    (message) => repaired('P01', message),
  )
  const { tasks: edges, fixes: repairs } = repairGraph(resolved(all, ids))
  for (const repair of repairs) repaired(repair.kind === 'cycle' ? 'P03' : 'P02', describeFix(repair))

  const last = blocks.at(-1)?.id
  const isBlock = (id: string): boolean => blocks.some((block) => block.id === id)
  const tasks = all.flatMap((task, at): NamedTask[] => {
    const { id = '', depends_on = [] } = edges[at] ?? {}
    return isBlock(id) ? [] : [named(task, id, [...new Set(depends_on.map((one) => (one === last ? WRAP : one)))])]
  })
  const idle = limits.deliverables.filter(({ id }) => !tasks.some(({ deliverable }) => deliverable === id))
  for (const { title } of idle)
    repaired('P08', `No task makes "${clip(title, 120)}", so it was left out of what will exist at the end.`)
  const gone = limits.earlierIds.filter((id) => !tasks.some((task) => task.id === id))
  if (gone.length > 0) {
    findings.push({ code: 'P02', severity: 'info', message: `Left out in this revision: ${gone.join(', ')}.` })
  }
  return {
    tasks,
    ...(blocks.length > 0 && {
      shooting: {
        role: answer.shooting?.role.trim() || kept.find(({ id }) => isBlock(id))?.role || 'crew',
        before: edges.find(({ id }) => id === blocks[0]?.id)?.depends_on ?? [],
      },
    }),
    findings,
  }
}

function titled(
  tasks: readonly Proposed[],
  most: number,
  repaired: (code: string, message: string) => void,
): readonly Proposed[] {
  for (const { id } of tasks.filter(({ title }) => title.trim() === '')) {
    repaired('P01', `The model gave a task without a title ("${clip(id, 40)}"); it was dropped.`)
  }
  const all = tasks.filter(({ title }) => title.trim() !== '')
  if (all.length <= most) return all
  const first = clip(all[most]?.title ?? '', 80)
  repaired('P01', `The model gave ${all.length} tasks; those after the first ${most} were dropped, from "${first}" on.`)
  return all.slice(0, most)
}

/**
 * The tasks with the days of shooting in sequence, before the first task that depends on one of them. Dependencies that the
 * model gives to a day of shooting become dependencies of the first day.
 */
function withShooting(
  kept: readonly Proposed[],
  { shooting }: TasksAnswer,
  blocks: readonly ShootingBlock[],
): readonly Proposed[] {
  const isBlock = (id: string): boolean => blocks.some((block) => block.id === id)
  const listed = kept.filter(({ id }) => isBlock(id)).flatMap(({ depends_on }) => depends_on)
  const before = [...new Set([...(shooting?.task_ids ?? []), ...listed])].filter((id) => !isBlock(id))
  const shots = blocks.map(
    ({ id, title, description }, at): Proposed => ({
      id,
      title,
      description,
      role: '',
      depends_on: at === 0 ? before : [blocks[at - 1]?.id ?? ''],
      priority: 'high',
      acceptance: '',
      deliverable: '',
    }),
  )
  const rest = kept.filter(({ id }) => !isBlock(id))
  const first = rest.findIndex(({ depends_on }) => depends_on.some(isBlock))
  return rest.toSpliced(first < 0 ? rest.length : first, 0, ...shots)
}

function named(task: Proposed, id: string, depends_on: string[]): NamedTask {
  return {
    id,
    title: oneLine(task.title, 120),
    description: clip(task.description.trim(), 800),
    role: oneLine(task.role, 60),
    depends_on,
    priority: task.priority,
    acceptance: clip(task.acceptance.trim(), 400),
    deliverable: task.deliverable,
  }
}
