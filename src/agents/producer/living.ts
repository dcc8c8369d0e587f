import { GenerateError } from '../../contract/errors.ts'
import { roundToHundredths } from '../../lib/round.ts'
import type { Finding, KeptPlan, PlanDocument, PlanTask, Progress } from './document.ts'
import type { TaskUpdate } from './input.ts'
import { clip, count } from './text.ts'

/** Updates that are kept, the newest. */
const LOGGED = 1000

/**
 * The document with the updates of its tasks, or the same document where they hold nothing new, because an update that is
 * sent twice counts once. Throws `invalid_request` for the id of no task.
 */
export function applyUpdates(document: PlanDocument, updates: readonly TaskUpdate[], now: number): PlanDocument {
  const ids = document.plan?.tasks.map(({ id }) => id) ?? []
  const unknown = updates.filter(({ id }) => !ids.includes(id)).map(({ id }) => `"${clip(id, 60)}"`)
  if (unknown.length > 0) {
    const known = `${ids.slice(0, 8).join(', ')}${ids.length > 8 ? ', …' : ''}`
    throw new GenerateError(
      { kind: 'invalid_request', field: 'update' },
      `Not a task of this plan: ${unknown.slice(0, 5).join(', ')}. Nothing was changed. Its tasks are ${known || 'not named yet'}.`,
    )
  }
  const at = new Date(now).toISOString()
  const before = document.progress
  const after: Record<string, Progress> = { ...before }
  const news = updates.filter(({ id, status, hours_spent: hours }) => {
    const { [id]: old } = after
    if ((old?.status ?? 'open') === status && (hours === undefined || hours === old?.hours)) return false
    if (status === 'open') delete after[id]
    else {
      const spent = hours ?? old?.hours
      const since = old?.status === 'started' || old?.status === 'blocked' ? old.since : at
      after[id] = { status, ...(spent !== undefined && { hours: spent }), at, since }
    }
    return true
  })
  if (news.length === 0) return document
  const entries = news.map(({ id, status, hours_spent: hours }) => ({
    id,
    status,
    ...(hours !== undefined && { hours }),
    at,
  }))
  return {
    ...document,
    progress: after,
    log: [...document.log, ...entries].slice(-LOGGED),
    revision: (document.plan?.revision ?? document.revision) + 1,
  }
}

/** The open tasks with all dependencies done. */
function ready({ tasks }: Pick<KeptPlan, 'tasks'>): readonly PlanTask[] {
  const done = new Set(tasks.filter(({ status }) => status === 'done').map(({ id }) => id))
  return tasks.filter(({ status, depends_on }) => status === 'open' && depends_on.every((id) => done.has(id)))
}

/** A sentence with the tasks that can start now and their roles. */
export function nextSteps(plan: Pick<KeptPlan, 'tasks'>): string {
  const free = ready(plan)
  if (plan.tasks.every(({ status }) => status === 'done')) return 'All tasks are done.'
  if (free.length === 0) return 'No other task can start now.'
  const named = free.slice(0, 10).map(({ id, title, role }) => `${id} ${clip(title, 60)} (${role})`)
  return `Can start now: ${[...named, ...(free.length > 10 ? [`${free.length - 10} more`] : [])].join('; ')}.`
}

/** P05: findings for blocked tasks and for the progress of the plan. */
export function standing({ tasks }: Pick<KeptPlan, 'tasks'>): readonly Finding[] {
  const done = tasks.filter(({ status }) => status === 'done')
  const timed = done.filter(({ actual_hours }) => actual_hours !== undefined)
  const sum = (hours: readonly number[]): number => roundToHundredths(hours.reduce((total, one) => total + one, 0))
  const spent = sum(timed.map(({ actual_hours = 0 }) => actual_hours))
  const expected = sum(timed.map(({ estimate_hours }) => estimate_hours))
  const took = timed.length > 0 ? ` They took ${spent} hours where ${expected} were expected.` : ''
  const blocked = tasks.filter(({ status }) => status === 'blocked')
  return [
    ...blocked.map(({ id, slack_hours }): Finding => {
      const waiting = after(id, tasks)
      const dependents = waiting.length > 0 ? `; ${waiting.slice(0, 6).join(', ')} wait for it` : ''
      const message = `${id} is blocked${dependents}. The dates hold if it goes on now; it may wait ${slack_hours} hours more without moving the end.`
      return { code: 'P05', severity: 'warn', message }
    }),
    ...(done.length > 0
      ? [
          {
            code: 'P05',
            severity: 'info' as const,
            message: `${done.length} of ${count(tasks.length, 'task')} done.${took}`,
          },
        ]
      : []),
  ]
}

/** The ids of all tasks that depend on a task, directly or not. */
function after(id: string, tasks: readonly PlanTask[]): readonly string[] {
  const found = new Set([id])
  for (let size = 0; size < found.size; ) {
    size = found.size
    for (const task of tasks) if (task.depends_on.some((one) => found.has(one))) found.add(task.id)
  }
  return [...found].slice(1)
}
