import { parentPort } from 'node:worker_threads'
import { assemble } from './assemble.ts'
import type { KeptPlan, PlanDocument } from './document.ts'
import { withShooting } from './shooting.ts'
import type { Shooting } from './shooting-shapes.ts'

/** A task of the worker: the shooting schedule of a document, or its plan at `now` (ms since the epoch). */
export type ComputeTask =
  | { readonly kind: 'shooting'; readonly document: PlanDocument }
  | { readonly kind: 'plan'; readonly planId: string; readonly document: PlanDocument; readonly now: number }

/** The result of a task: absent where the document lacks its input, and `error` where the computation threw. */
export type ComputeResult =
  | { readonly ok: true; readonly shooting?: Shooting | undefined; readonly plan?: KeptPlan | undefined }
  | { readonly ok: false; readonly error: unknown }

parentPort?.on('message', (task: ComputeTask) => parentPort?.postMessage(runTask(task)))
parentPort?.postMessage('ready')

function runTask(task: ComputeTask): ComputeResult {
  try {
    if (task.kind === 'shooting') return { ok: true, shooting: withShooting(task.document).shooting }
    return { ok: true, plan: assemble(task.planId, task.document, task.now) }
  } catch (error) {
    return { ok: false, error }
  }
}
