import type { DocumentStore } from '../../contract/document-store.ts'
import { GenerateError } from '../../contract/errors.ts'
import type { Generate } from '../../contract/generate.ts'
import type { World } from '../../contract/world.ts'
import { createJobs, type Job, type Jobs, type JobWait } from '../shared/jobs.ts'
import type { Progress } from '../shared/progress.ts'
import type { ReadScript } from '../shared/published-script.ts'
import { WAIT_SECONDS } from '../shared/wait.ts'
import { applied, begun, isChange } from './change.ts'
import { inlineCompute, type PlanCompute } from './compute.ts'
import { PlanDocument } from './document.ts'
import { PLAN_EXPORT_FORMATS } from './formats.ts'
import type { PlanInput, PlanResult } from './input.ts'
import { resultOf } from './result.ts'
import { productionOf } from './script.ts'
import { taggedScript } from './tagged.ts'
import { update } from './update.ts'
import { produce } from './work.ts'

export type { PlanInput, PlanResult } from './input.ts'

/** Makes a plan from a goal or a screenplay. */
export interface Producer {
  /**
   * Begins, continues, awaits, revises or updates a plan. The model names the work; code computes everything else. After
   * `wait_seconds` the result holds the plan so far, with `next` as the next step for the caller. Throws `GenerateError`:
   * `invalid_request` for an input without a goal or with an unknown id, `cancelled`.
   */
  plan(
    input: PlanInput,
    on: { readonly signal: AbortSignal; onProgress?(progress: Progress): void },
  ): Promise<PlanResult>
  get(id: string): Promise<PlanResult | undefined>
  /** The plan in one of the formats of its resource; undefined where there is no such plan or format, or no tasks yet. */
  export(id: string, format: string): Promise<string | undefined>
}

/** Attempts to apply a change while another change runs. */
const MAX_ROUNDS = 3

export function createProducer({
  generate,
  documents,
  world,
  script = async () => undefined,
  jobs = createJobs({ documents, world }),
  compute = inlineCompute,
}: {
  readonly generate: Generate
  readonly documents: DocumentStore
  readonly world: World
  /** Reads a script that the Screenwriter publishes; absent where there are no scripts. */
  readonly script?: ReadScript
  readonly jobs?: Jobs
  /** Where large plans are computed; without it in the thread of the caller. */
  readonly compute?: PlanCompute
}): Producer {
  return {
    async plan(input, { signal, onProgress }) {
      const id = input.plan_id ?? world.id()
      const until = world.now() + (input.wait_seconds ?? WAIT_SECONDS) * 1000
      const found = input.plan_id === undefined ? undefined : await read(id)
      if (input.plan_id !== undefined && found === undefined) throw unknown('plan_id', id, 'plan')
      if (input.update?.length) {
        if (found === undefined) throw unplanned()
        await update(id, input.update, { documents, world, compute, signal, until })
      }
      const before = input.update?.length ? await read(id) : found
      const first = before?.document ?? begun(input, await production(input.script_id), world)
      const change = { id: world.id(), input }
      const attend = (): Promise<JobWait> =>
        jobs.runOrJoin(
          'plan',
          id,
          (run) => {
            const document = run.document === undefined ? first : PlanDocument.parse(run.document)
            return produce(id, input.plan_id === undefined ? document : applied(document, change), run, {
              generate,
              world,
              compute,
            })
          },
          { waitMs: Math.max(0, until - world.now()), signal, onProgress },
        )

      if (before?.job.status === 'complete' && !isChange(before.document, input)) return resultOf(id, before)
      let wait = await attend()
      // A change is not applied while the job runs for another call, so it is tried again.
      const open = async (): Promise<boolean> =>
        input.plan_id !== undefined && isChange(before?.document, input) && !(await taken(id, change.id))
      for (
        let round = 1;
        wait.state === 'ended' && wait.unsaved === undefined && round < MAX_ROUNDS && (await open());
        round++
      ) {
        wait = await attend()
      }
      if (wait.unsaved !== undefined) {
        const document = (await read(id).catch(() => undefined))?.document ?? first
        return resultOf(id, { job: { status: 'failed', message: wait.unsaved, document }, document })
      }
      const now = await read(id)
      if (now === undefined) return resultOf(id, { job: { status: 'stopped', document: first }, document: first })
      return resultOf(
        id,
        now,
        (await open())
          ? 'Its changes were not taken in, because another call was at work: send them again.'
          : undefined,
      )
    },

    async get(id) {
      const found = await read(id)
      return found && resultOf(id, found)
    },

    async export(id, format) {
      const document = (await read(id))?.document
      if (format === 'fdx') {
        const published = document?.script_id === undefined ? undefined : await script(document.script_id)
        return document && published && taggedScript(published.script, document)
      }
      const { plan, shooting } = document ?? {}
      const known = Object.hasOwn(PLAN_EXPORT_FORMATS, format) ? PLAN_EXPORT_FORMATS[format] : undefined
      return plan && known?.print?.(plan, shooting)
    },
  }

  async function read(id: string): Promise<{ readonly job: Job; readonly document: PlanDocument } | undefined> {
    const job = await jobs.read('plan', id)
    return job && { job, document: PlanDocument.parse(job.document) }
  }

  async function taken(id: string, change: string): Promise<boolean> {
    return (await read(id))?.document.changes.includes(change) === true
  }

  async function production(scriptId: string | undefined): Promise<ReturnType<typeof productionOf>> {
    if (scriptId === undefined) return undefined
    const published = await script(scriptId)
    if (published === undefined) throw unknown('script_id', scriptId, 'script')
    const found = productionOf(published)
    if (found !== undefined) return found
    const message = `The script ${scriptId} has no scenes yet. Go on with it first: call develop_script with script_id "${scriptId}".`
    throw new GenerateError({ kind: 'invalid_request', field: 'script_id' }, message)
  }
}

function unplanned(): GenerateError {
  const message = 'An update is of the tasks of a plan: give its plan_id.'
  return new GenerateError({ kind: 'invalid_request', field: 'plan_id' }, message)
}

function unknown(field: string, id: string, what: string): GenerateError {
  return new GenerateError(
    { kind: 'invalid_request', field },
    `There is no ${what} with the id "${id}". Leave ${field} out to begin a new one.`,
  )
}
