import { z } from 'zod'
import type { DocumentStore } from '../../contract/document-store.ts'
import { GenerateError } from '../../contract/errors.ts'
import type { World } from '../../contract/world.ts'
import type { PlanCompute } from './compute.ts'
import { PlanDocument } from './document.ts'
import type { TaskUpdate } from './input.ts'
import { applyUpdates } from './living.ts'

/** The lease of an update. A process that dies during one blocks others for this long. */
const LEASE_MS = 5_000
/** The shortest pause between attempts while another update or a job has the lease. */
const PAUSE_MS = 50

interface UpdateOptions {
  readonly documents: DocumentStore
  readonly world: World
  readonly compute: PlanCompute
  readonly signal: AbortSignal
  /** In ms since the epoch. */
  readonly until: number
}

/** The saved envelope of a job. An update changes the document only. */
const Envelope = z.looseObject({ document: PlanDocument })

/**
 * Applies updates: reads, applies, and writes the plan if its version is unchanged; else starts again, so that concurrent
 * updates are all kept. A job that runs for the plan finishes first.
 *
 * Throws `GenerateError`: `invalid_request` for an unknown task, or where the plan was at work until `until`; `cancelled`.
 */
export async function update(id: string, updates: readonly TaskUpdate[], options: UpdateOptions): Promise<void> {
  const { documents, world, signal, until } = options
  const owner = world.id()
  for (;;) {
    const now = world.now()
    if (await documents.acquireLease('plan', id, owner, now, now + LEASE_MS)) {
      try {
        if (await put(id, updates, owner, options)) return
      } finally {
        await documents.releaseLease('plan', id, owner)
      }
    }
    if (now >= until) {
      const message = `The plan ${id} is being worked on, so nothing was updated. Send the update again when it is complete.`
      throw new GenerateError({ kind: 'invalid_request', field: 'update' }, message)
    }
    await world.sleep(PAUSE_MS * (1 + world.random()), signal).catch(() => {
      throw new GenerateError({ kind: 'cancelled' }, 'Cancelled.')
    })
  }
}

/** False: another update was put in first, or the lease was lost to another one while the plan was computed. */
async function put(
  id: string,
  updates: readonly TaskUpdate[],
  owner: string,
  { documents, world, compute, signal }: UpdateOptions,
): Promise<boolean> {
  const kept = await documents.get('plan', id)
  if (kept === undefined) return true
  const envelope = Envelope.parse(kept.value)
  const now = world.now()
  const next = applyUpdates(envelope.document, updates, now)
  if (next === envelope.document) return true
  const plan = await compute.assemble(id, next, now, signal).catch((error: unknown) => {
    throw signal.aborted ? new GenerateError({ kind: 'cancelled' }, 'Cancelled.') : error
  })
  const later = world.now()
  if (!(await documents.acquireLease('plan', id, owner, later, later + LEASE_MS))) return false
  const document = { ...next, ...(plan && { plan }) }
  return (await documents.put('plan', id, { ...envelope, document }, kept.version, later)) !== undefined
}
