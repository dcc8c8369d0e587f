import type { WorkerSource } from '../../lib/worker.ts'

/** The program of the worker that computes plans; the build puts the bundled code of `plan-worker.ts` in this place. */
export const workerSource: WorkerSource = () => ({ url: new URL('./plan-worker.ts', import.meta.url) })
