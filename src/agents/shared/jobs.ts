import type { DocumentKind, DocumentStore } from '../../contract/document-store.ts'
import { GenerateError } from '../../contract/errors.ts'
import type { World } from '../../contract/world.ts'
import { Job, type JobWork, startJob } from './job.ts'
import { type ActiveJob, isLeaseLost, JobStopped, type WaitOptions, waitForJob } from './job-run.ts'

export type { Job, JobOutcome, JobRun, JobWork } from './job.ts'

/**
 * Long work that outlives the call that began it, survives a crash, and runs once among all processes of a document store.
 * An envelope holds its state: a status, the last progress, warnings, and the work's own document.
 */
export interface Jobs {
  /**
   * Waits for the job of this id, and begins it if it does not run. Callers in this process share one run; a run in
   * another process is waited for, and taken over from what it saved if that process died or if its own caller
   * cancelled. `work` is used only if it is this call that begins the run (several callers: the first one's).
   *
   * Answers `ended` when nothing runs any more (`read` says how it went) or `running` when `waitMs` have passed; the
   * job then continues without a caller, and `read` knows it. `unsaved` says why the store could not keep the job.
   * Throws `GenerateError` `cancelled` when `signal` aborts; the job is then stopped too, unless another caller waits.
   */
  runOrJoin(kind: DocumentKind, id: string, work: JobWork, options: WaitOptions): Promise<JobWait>
  /** The last saved state of the job. A job of a dead process counts as `stopped`. */
  read(kind: DocumentKind, id: string): Promise<Job | undefined>
  /** Stops the jobs of this process, waits until they are saved, and accepts no more. */
  close(): Promise<void>
}

export interface JobWait {
  readonly state: 'ended' | 'running'
  readonly unsaved?: string
}

/** All times come from `world`. An error that is neither a `GenerateError` nor of the store is logged by name only. */
export function createJobs({ documents, world }: { readonly documents: DocumentStore; readonly world: World }): Jobs {
  const deps = { documents, world, owner: world.id() }
  const here = new Map<string, ActiveJob>()
  let closed = false

  return {
    async runOrJoin(kind, id, work, options) {
      const until = world.now() + options.waitMs
      const key = `${kind}/${id}`
      for (;;) {
        if (closed) throw new GenerateError({ kind: 'cancelled' }, 'Showrunner is shutting down.')
        const job = here.get(key) ?? startJob(deps, { kind, id, work, forget: () => here.delete(key) })
        here.set(key, job)
        const isStopping = job.signal.aborted
        const state = await waitForJob(job, options, until, world)
        if (job.unsaved !== undefined) return { state, unsaved: job.unsaved }
        // A job that was stopping starts again; a job that another process took over is watched.
        if (state === 'running' || !(isStopping || isLeaseLost(job))) return { state }
      }
    },

    async read(kind, id) {
      const kept = await documents.get(kind, id)
      if (kept === undefined) return undefined
      const job = Job.parse(kept.value)
      if (job.status !== 'running' || here.get(`${kind}/${id}`)?.phase === 'working') return job
      // Acquiring a lease that expires at once shows whether a process holds the job.
      const [probe, now] = [world.id(), world.now()]
      if (!(await documents.acquireLease(kind, id, probe, now, now))) return job
      await documents.releaseLease(kind, id, probe)
      return { ...job, status: 'stopped', message: 'It was interrupted.' }
    },

    async close() {
      closed = true
      const all = [...here.values()]
      for (const job of all) job.stop(new JobStopped('shutdown', 'Showrunner was shut down.'))
      await Promise.all(all.map((job) => job.ended))
    },
  }
}
