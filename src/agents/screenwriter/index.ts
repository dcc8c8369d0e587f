import type { DocumentStore } from '../../contract/document-store.ts'
import { GenerateError } from '../../contract/errors.ts'
import { createJobs, type Job, type Jobs, type JobWork } from '../shared/jobs.ts'
import type { Progress } from '../shared/progress.ts'
import type { PublishedScript } from '../shared/published-script.ts'
import { WAIT_SECONDS } from '../shared/wait.ts'
import { applyInput, newLength } from './apply-input.ts'
import { createDeliveryLog } from './delivery.ts'
import { Document } from './document.ts'
import { exportScript } from './formats.ts'
import { importScript } from './import.ts'
import type { ScriptInput } from './input.ts'
import { publishedScript } from './published.ts'
import { currentScenes } from './render.ts'
import { resultOf, type ScriptResult } from './result.ts'
import { isReached, newDocument } from './standing.ts'
import { develop, type ScreenwriterDeps } from './work.ts'

export type { ScriptInput } from './input.ts'
export type { ScriptResult } from './result.ts'

/** Turns a concept into a screenplay, as a job: one conversation in which the model plans, writes and improves it. */
export interface Screenwriter {
  /**
   * Begins a script from a `concept` or a user's text (`source`), continues one, waits for a running one, revises one by
   * `notes`, or writes a stage or a scene again (`redo`). Returns when the requested stage is reached or `wait_seconds` (45)
   * have passed; a failed or stopped script is a result with its `status`. Throws `GenerateError`: `invalid_request` for an
   * impossible request, `cancelled` when `signal` aborts (the script is then stopped, and can be continued).
   */
  develop(input: ScriptInput, options: DevelopOptions): Promise<ScriptResult>
  /** The last saved state of a script; undefined: there is none. */
  get(id: string): Promise<ScriptResult | undefined>
  /** The published part of a script, for other modules; undefined: there is none. */
  published(id: string): Promise<PublishedScript | undefined>
  /**
   * The whole script as `fountain`, `fdx`, `html` or `pdf` (bytes), or its saved document as `json`;
   * undefined: there is no such script or format.
   */
  export(id: string, format: string): Promise<string | Uint8Array | undefined>
  /** One scene as Fountain, by its number from 1; undefined: there is none, or it is not written yet. */
  scene(id: string, number: number): Promise<string | undefined>
}

interface DevelopOptions {
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

export function createScreenwriter(
  deps: ScreenwriterDeps & {
    readonly documents: DocumentStore
    /** The jobs of the process; absent: the Screenwriter creates its own. */
    readonly jobs?: Jobs
  },
): Screenwriter {
  const { world } = deps
  const jobs = deps.jobs ?? createJobs(deps)
  const log = createDeliveryLog()
  const answer = (document: Document, job: Pick<Job, 'status' | 'message' | 'warnings'>): ScriptResult =>
    resultOf(document, job, job.status === 'running' ? log.take(document) : undefined)

  return {
    async develop(input, { signal, onProgress }) {
      const id = input.script_id ?? world.id()
      const saved = input.script_id === undefined ? undefined : await load(id)
      if (input.script_id !== undefined && saved === undefined) {
        throw refusal('script_id', `There is no script "${id}". Leave script_id out to begin a new one.`)
      }
      if (saved) refuseWhatCannotBe(saved.document, input)
      const begin = saved ? applyInput(saved.document, input) : beginScript(id, input)
      if (saved?.job.status === 'complete' && isReached(begin, begin.until)) return resultOf(begin, saved.job)
      let mine = false
      const work: JobWork = (run) => {
        mine = true
        // The run starts from the last saved document, because another process may have saved after the read.
        const latest = run.document === undefined ? begin : applyInput(Document.parse(run.document), input)
        return develop(deps, run, latest)
      }
      const waitMs = (input.wait_seconds ?? WAIT_SECONDS) * 1_000
      const wait = await jobs.runOrJoin('script', id, work, { waitMs, signal, onProgress })
      const change = saved && changeOf(saved.document, input)
      if (!mine && change) {
        throw refusal(change, `The script "${id}" is being written. Give ${change} again when it is complete.`)
      }
      if (wait.unsaved !== undefined) {
        const kept = await load(id).catch(() => undefined)
        return resultOf(kept?.document ?? begin, { status: 'failed', message: wait.unsaved })
      }
      const now = await load(id)
      if (!now) return resultOf(begin, { status: 'stopped' })
      const result = answer(now.document, wait.state === 'running' ? { ...now.job, status: 'running' } : now.job)
      return mine ? result : { ...result, ...ignoredInput(now.document, input, result.next) }
    },

    async get(id) {
      const saved = await load(id)
      return saved && resultOf(saved.document, saved.job)
    },

    async export(id, format) {
      const saved = await load(id)
      return saved && exportScript(saved.document, saved.job.status, format, world.now())
    },

    async published(id) {
      const saved = await load(id)
      return saved && publishedScript(saved.document)
    },

    async scene(id, number) {
      const saved = await load(id)
      const scene = saved && currentScenes(saved.document)[number - 1]
      return scene && `${scene.text.trimEnd()}\n`
    },
  }

  async function load(id: string): Promise<{ readonly document: Document; readonly job: Job } | undefined> {
    const job = await jobs.read('script', id)
    return job && { document: Document.parse(job.document), job }
  }
}

/** The argument of the input that cannot be applied while the script runs. */
function changeOf(document: Document, input: ScriptInput): 'notes' | 'redo' | 'target_pages' | undefined {
  if (input.notes !== undefined) return 'notes'
  if (input.redo !== undefined) return 'redo'
  return newLength(document, input) === undefined ? undefined : 'target_pages'
}

/** A `next` that says which arguments a running job ignores, because a run keeps its model and cap. */
function ignoredInput(document: Document, input: ScriptInput, next: string | undefined): { readonly next?: string } {
  const cap = input.max_cost_usd !== undefined && Math.round(input.max_cost_usd * 1_000_000) !== document.capMicroUsd
  const model = input.model !== undefined && input.model !== document.model
  const given = [...(model ? ['model'] : []), ...(cap ? ['max_cost_usd'] : [])].join(' and ')
  if (given === '') return {}
  const message = `It was already being written, so ${given} did not count: it keeps what it began with. Cancel the call that waits for it and call again to change that.`
  return { next: next === undefined ? message : `${message} ${next}` }
}

function refuseWhatCannotBe(document: Document, { source, redo, target_pages }: ScriptInput): void {
  if (source !== undefined)
    throw refusal(
      'source',
      'A source begins a script of its own: leave script_id out, or leave source out to continue the one you have.',
    )
  if (redo !== undefined && !redo.startsWith('scene ') && document.imported) {
    throw refusal(
      'redo',
      'This script is your own, so it has no stages to make again: name a scene, or say in notes what is to change.',
    )
  }
  refuseNoPages(target_pages)
}

function beginScript(id: string, input: ScriptInput): Document {
  refuseNoPages(input.target_pages)
  if (input.source !== undefined) {
    const document = readSource(id, { ...input, source: input.source })
    if (document) return document
    throw refusal('source', 'There is no scene heading in the source, such as INT. KITCHEN - DAY. Is it a screenplay?')
  }
  const concept = input.concept?.trim() ?? ''
  if (concept === '')
    throw refusal('concept', 'A new script needs a concept: say in a sentence or more what it is about.')
  return newDocument(id, { ...input, concept })
}

function readSource(id: string, input: ScriptInput & { readonly source: string }): Document | undefined {
  try {
    return importScript(id, input)
  } catch (error) {
    // The error of the FDX reader says why the file is invalid.
    if (error instanceof SyntaxError) throw refusal('source', error.message)
    throw error
  }
}

function refuseNoPages(pages: number | undefined): void {
  if (pages !== undefined && !(pages > 0)) throw refusal('target_pages', 'target_pages must be above 0.')
}

function refusal(field: string, message: string): GenerateError {
  return new GenerateError({ kind: 'invalid_request', field }, message)
}
