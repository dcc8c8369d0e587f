import { GenerateError } from '../../contract/errors.ts'
import type { Generate } from '../../contract/generate.ts'
import type { Shelf } from '../../contract/shelf.ts'
import type { World } from '../../contract/world.ts'
import { createJobs, type Job, type Jobs } from '../job.ts'
import type { Progress } from '../progress.ts'
import { Document, isReached, newDocument, takenUp } from './document.ts'
import type { ScriptInput } from './input.ts'
import { fountainOf } from './render.ts'
import { resultOf, type ScriptResult } from './result.ts'
import { develop } from './work.ts'

export type { ScriptInput } from './input.ts'
export type { ScriptResult } from './result.ts'

/** Turns a concept into a screenplay, as a job: the model supplies story, code supplies form. */
export interface Screenwriter {
  /**
   * Begins a script, goes on with one, waits for one that is in work, or revises one by `notes`; answers when it is as
   * far as it should be, or when `wait_seconds` (45) have passed. A script that failed or was stopped is an answer too,
   * with its `status`. Throws `GenerateError`: `invalid_request` for what cannot be asked, `cancelled` when `signal`
   * aborts (the script is then stopped, and can be gone on with).
   */
  develop(input: ScriptInput, on: DevelopOptions): Promise<ScriptResult>
  /** A script as it was last saved. */
  get(id: string): Promise<ScriptResult | undefined>
  /** The whole script as `fountain`, or everything that is kept of it as `json`; undefined: no such script or format. */
  export(id: string, format: string): Promise<string | undefined>
}

interface DevelopOptions {
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

const WAIT_SECONDS = 45

export function createScreenwriter(deps: {
  readonly generate: Generate
  readonly shelf: Shelf
  readonly world: World
  /** Those of the process, where it has some. */
  readonly jobs?: Jobs
}): Screenwriter {
  const { world } = deps
  const jobs = deps.jobs ?? createJobs(deps)

  return {
    async develop(input, { signal, onProgress }) {
      const id = input.script_id ?? world.id()
      const saved = input.script_id === undefined ? undefined : await load(id)
      if (input.script_id !== undefined && saved === undefined) {
        throw refusal('script_id', `There is no script "${id}". Leave script_id out to begin a new one.`)
      }
      const begin = saved ? takenUp(saved.document, input) : begun(id, input)
      if (saved?.job.status === 'complete' && isReached(begin, begin.until)) return resultOf(begin, saved.job)
      let mine = false
      const work: Parameters<Jobs['attend']>[2] = (run) => {
        mine = true
        // What was saved last counts, not what was seen before the lease was taken.
        const latest = run.document === undefined ? begin : takenUp(Document.parse(run.document), input)
        return develop(deps, run, latest)
      }
      const waitMs = (input.wait_seconds ?? WAIT_SECONDS) * 1_000
      const state = await jobs.attend('script', id, work, { waitMs, signal, onProgress })
      if (!mine && input.notes !== undefined) {
        throw refusal('notes', `The script "${id}" is being written. Give the notes again when it is complete.`)
      }
      const now = await load(id)
      if (!now) return resultOf(begin, { status: 'running' })
      return resultOf(now.document, state === 'running' ? { status: 'running' } : now.job)
    },

    async get(id) {
      const saved = await load(id)
      return saved && resultOf(saved.document, saved.job)
    },

    async export(id, format) {
      const saved = await load(id)
      if (!saved) return undefined
      if (format === 'fountain') return fountainOf(saved.document)
      return format === 'json' ? JSON.stringify({ status: saved.job.status, ...saved.document }, null, 1) : undefined
    },
  }

  async function load(id: string): Promise<{ readonly document: Document; readonly job: Job } | undefined> {
    const job = await jobs.read('script', id)
    return job && { document: Document.parse(job.document), job }
  }
}

function begun(id: string, input: ScriptInput): Document {
  const concept = input.concept?.trim() ?? ''
  if (concept === '')
    throw refusal('concept', 'A new script needs a concept: say in a sentence or more what it is about.')
  if (input.target_pages !== undefined && !(input.target_pages > 0)) {
    throw refusal('target_pages', 'target_pages must be above 0.')
  }
  return newDocument(id, { ...input, concept })
}

function refusal(field: string, message: string): GenerateError {
  return new GenerateError({ kind: 'invalid_request', field }, message)
}
