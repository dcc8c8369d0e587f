import type { World } from '../../contract/world.ts'
import { createWorkerThread } from '../../lib/worker.ts'
import { assemble } from './assemble.ts'
import type { KeptPlan, PlanDocument } from './document.ts'
import type { ComputeResult, ComputeTask } from './plan-worker.ts'
import { workerSource } from './plan-worker-source.ts'
import { needsShooting, withShooting } from './shooting.ts'

/** The two computations of a plan that take seconds where it is large. A signal that aborts ends the wait with its reason. */
export interface PlanCompute {
  /** As the function `withShooting`. */
  withShooting(document: PlanDocument, signal: AbortSignal): Promise<PlanDocument>
  /** As the function `assemble`; `now` in ms since the epoch. */
  assemble(planId: string, document: PlanDocument, now: number, signal: AbortSignal): Promise<KeptPlan | undefined>
}

/** Computes at once, in the thread of the caller. */
export const inlineCompute: PlanCompute = {
  withShooting: async (document) => withShooting(document),
  assemble: async (planId, document, now) => assemble(planId, document, now),
}

/** A thread that needs more ends, and the process does not. */
const MAX_MEMORY_MB = 192

/** Computes in one worker thread, so that the event loop stays free. The thread starts at the first computation. */
export function createThreadCompute(world: Pick<World, 'sleep'>): PlanCompute {
  const thread = createWorkerThread<ComputeTask, ComputeResult>(world, workerSource, MAX_MEMORY_MB)
  async function run(task: ComputeTask, signal: AbortSignal): Promise<ComputeResult & { readonly ok: true }> {
    const result = await thread.run(task, { signal })
    if (!result.ok) throw result.error
    return result
  }
  return {
    async withShooting(document, signal) {
      if (!needsShooting(document)) return document
      const { shooting } = await run({ kind: 'shooting', document: withoutPast(document) }, signal)
      return { ...document, ...(shooting && { shooting }) }
    },
    async assemble(planId, document, now, signal) {
      const { plan } = await run({ kind: 'plan', planId, document: withoutPast(document), now }, signal)
      return plan
    },
  }
}

/** The document without its versions and its log, which nothing is computed from and which may be megabytes. */
function withoutPast({ plan: _, ...document }: PlanDocument): PlanDocument {
  return { ...document, history: [], log: [] }
}
