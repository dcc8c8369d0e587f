import type { DocumentStore } from '../../contract/document-store.ts'
import { GenerateError } from '../../contract/errors.ts'
import { createJobs, type Job, type Jobs } from '../shared/jobs.ts'
import type { Progress } from '../shared/progress.ts'
import type { PublishedScript } from '../shared/published-script.ts'
import { WAIT_SECONDS } from '../shared/wait.ts'
import { Document } from './document.ts'
import { exported } from './formats.ts'
import { imported } from './import.ts'
import type { ScriptInput } from './input.ts'
import { publishedScript } from './published.ts'
import { isBegun, sceneText } from './render.ts'
import { resultOf, type ScriptResult } from './result.ts'
import { isReached, newDocument } from './standing.ts'
import { resizedTo, takenUp } from './takeup.ts'
import { type Deps, develop } from './work.ts'

export type { ScriptInput } from './input.ts'
export type { ScriptResult } from './result.ts'

/** Turns a concept into a screenplay, as a job: the model supplies story, code supplies form. */
export interface Screenwriter {
  /**
   * Begins a script from a `concept` or from a person's own text (`source`), goes on with one, waits for one that is in
   * work, revises one by `notes`, or makes a stage anew (`redo`); answers when it is as far as it should be, or when
   * `wait_seconds` (45) have passed. A script that failed or was stopped is an answer too,
   * with its `status`. Throws `GenerateError`: `invalid_request` for what cannot be asked, `cancelled` when `signal`
   * aborts (the script is then stopped, and can be gone on with).
   */
  develop(input: ScriptInput, on: DevelopOptions): Promise<ScriptResult>
  /** A script as it was last saved. */
  get(id: string): Promise<ScriptResult | undefined>
  /**
   * The whole script as `fountain`, `fdx`, `html` or `pdf` (bytes), or everything that is kept of it as `json`; undefined:
   * no such script or format.
   */
  export(id: string, format: string): Promise<string | Uint8Array | undefined>
  /** What other modules may know of a script; undefined: there is none. */
  published(id: string): Promise<PublishedScript | undefined>
  /** One scene as Fountain, by its number from 1; undefined: there is none, or it is not written yet. */
  scene(id: string, number: number): Promise<string | undefined>
}

interface DevelopOptions {
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

export function createScreenwriter(
  deps: Deps & {
    readonly documents: DocumentStore
    /** Those of the process, where it has some. */
    readonly jobs?: Jobs
  },
): Screenwriter {
  const { world } = deps
  const jobs = deps.jobs ?? createJobs(deps)

  return {
    async develop(input, { signal, onProgress }) {
      const id = input.script_id ?? world.id()
      const saved = input.script_id === undefined ? undefined : await load(id)
      if (input.script_id !== undefined && saved === undefined) {
        throw refusal('script_id', `There is no script "${id}". Leave script_id out to begin a new one.`)
      }
      if (saved) refuseWhatCannotBe(saved.document, input)
      const begin = saved ? takenUp(saved.document, input) : begun(id, input)
      if (saved?.job.status === 'complete' && isReached(begin, begin.until)) return resultOf(begin, saved.job)
      let mine = false
      const work: Parameters<Jobs['runOrJoin']>[2] = (run) => {
        mine = true
        // What was saved last counts, not what was seen before the lease was taken.
        const latest = run.document === undefined ? begin : takenUp(Document.parse(run.document), input)
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
      const result = resultOf(now.document, wait.state === 'running' ? { ...now.job, status: 'running' } : now.job)
      return mine ? result : { ...result, ...notTaken(now.document, input, result.next) }
    },

    async get(id) {
      const saved = await load(id)
      return saved && resultOf(saved.document, saved.job)
    },

    async export(id, format) {
      const saved = await load(id)
      return saved && exported(saved.document, saved.job.status, format, world.now())
    },

    async published(id) {
      const saved = await load(id)
      return saved && publishedScript(saved.document)
    },

    async scene(id, number) {
      const scene = (await load(id))?.document.outline?.scenes[number - 1]
      return scene && isBegun(scene) ? sceneText(scene) : undefined
    },
  }

  async function load(id: string): Promise<{ readonly document: Document; readonly job: Job } | undefined> {
    const job = await jobs.read('script', id)
    return job && { document: Document.parse(job.document), job }
  }
}

/** The argument that changes a script, and cannot while it is being written. */
function changeOf(document: Document, input: ScriptInput): 'notes' | 'redo' | 'target_pages' | undefined {
  if (input.notes !== undefined) return 'notes'
  if (input.redo !== undefined) return 'redo'
  return resizedTo(document, input) === undefined ? undefined : 'target_pages'
}

/** A run that is under way keeps the model and the cap that it was begun with: said, where others were given. */
function notTaken(document: Document, input: ScriptInput, next: string | undefined): { readonly next?: string } {
  const cap = input.max_cost_usd !== undefined && Math.round(input.max_cost_usd * 1_000_000) !== document.capMicroUsd
  const model = input.model !== undefined && input.model !== document.model
  const given = [...(model ? ['model'] : []), ...(cap ? ['max_cost_usd'] : [])].join(' and ')
  if (given === '') return {}
  const told = `It was already being written, so ${given} did not count: it keeps what it was begun with. Cancel the call that waits for it and call again to change that.`
  return { next: next === undefined ? told : `${told} ${next}` }
}

function refuseWhatCannotBe(document: Document, { source, redo, target_pages }: ScriptInput): void {
  if (source !== undefined)
    throw refusal(
      'source',
      'A source begins a script of its own: leave script_id out, or source to go on with the one you have.',
    )
  if (redo !== undefined && document.imported) {
    throw refusal('redo', 'This script is your own, so it has no stages to make anew: say in notes what is to change.')
  }
  refuseNoPages(target_pages)
}

function begun(id: string, input: ScriptInput): Document {
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
    return imported(id, input)
  } catch (error) {
    // What the reader of FDX says of a file that is none.
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
