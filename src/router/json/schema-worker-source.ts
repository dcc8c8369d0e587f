import type { WorkerSource } from '../../lib/worker.ts'

/** The program of the schema worker. The build puts its bundled code here, so that the server stays one file. */
export const workerSource: WorkerSource = () => ({ url: new URL('./schema-worker.ts', import.meta.url) })
