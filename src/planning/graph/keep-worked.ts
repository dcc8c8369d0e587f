import type { TaskStatus } from '../plan.ts'
import type { GraphTask } from './graph.ts'

/**
 * The tasks of a revision together with those of the plan before it on which work was reported: a done or started task
 * stays with its id, whatever the revision says. A done task stays as it was; a started one takes the revision's text.
 * A new task with the title of a done one is the same work, so dependencies on it become dependencies on that. Work that
 * was reported waits only for other such work, so no cycle can arise.
 */
export function keepWorkedTasks<T extends GraphTask & { readonly title: string }>(
  before: readonly T[],
  revised: readonly T[],
  statusOf: (id: string) => TaskStatus,
): { readonly tasks: readonly T[]; readonly kept: readonly T[] } {
  const isWorked = (id: string): boolean => ['done', 'started'].includes(statusOf(id))
  const worked = before.filter(({ id }) => isWorked(id))
  if (worked.length === 0) return { tasks: revised, kept: [] }
  const workedIds = new Set(worked.map(({ id }) => id))
  const revisedById = new Map(revised.map((task) => [task.id, task]))
  const idByTitle = new Map(
    worked.filter(({ id }) => !revisedById.has(id)).map(({ id, title }) => [titleKey(title), id]),
  )
  const sameWork = new Map(
    revised.flatMap(({ id, title }) => {
      const old = workedIds.has(id) ? undefined : idByTitle.get(titleKey(title))
      return old === undefined ? [] : [[id, old] as const]
    }),
  )
  const present = worked.map((task): T => {
    const text = statusOf(task.id) === 'started' ? revisedById.get(task.id) : undefined
    return { ...task, ...text, depends_on: task.depends_on.filter((id) => workedIds.has(id)) }
  })
  const rest = revised
    .filter(({ id }) => !workedIds.has(id) && !sameWork.has(id))
    .map((task) => ({ ...task, depends_on: [...new Set(task.depends_on.map((id) => sameWork.get(id) ?? id))] }))
  return { tasks: [...present, ...rest], kept: worked.filter(({ id }) => !revisedById.has(id)) }
}

function titleKey(title: string): string {
  return (title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')
}
