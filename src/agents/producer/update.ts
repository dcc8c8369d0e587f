import { z } from 'zod'
import type { DocumentStore } from '../../contract/document-store.ts'
import { GenerateError } from '../../contract/errors.ts'
import type { World } from '../../contract/world.ts'
import { assemble } from './assemble.ts'
import { PlanDocument } from './document.ts'
import type { TaskUpdate } from './input.ts'
import { applyUpdates } from './living.ts'

/** The lease of an update. A process that dies during one blocks others for this long. */
const LEASE_MS = 5_000
/** The shortest pause between attempts while another update or a job has the lease. */
const PAUSE_MS = 50

/** The saved envelope of a job. An update changes the document only. */
const Envelope = z.looseObject({ document: PlanDocument })

/**
 * Applies updates: reads, applies, and writes the plan if its version is unchanged; else starts again, so that concurrent
 * updates are all kept. A job that runs for the plan finishes first.
 *
 * Throws `GenerateError`: `invalid_request` for an unknown task, or where the plan was at work until `until`; `cancelled`.
 */
export async function update(
  id: string,
  updates: readonly TaskUpdate[],
  {
    documents,
    world,
    signal,
    until,
  }: { readonly documents: DocumentStore; readonly world: World; readonly signal: AbortSignal; readonly until: number },
): Promise<void> {
  const owner = world.id()
  for (;;) {
    const now = world.now()
    if (await documents.acquireLease('plan', id, owner, now, now + LEASE_MS)) {
      try {
        if (await put(id, updates, documents, now)) return
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

/** False if another writer changed the plan since it was read. */
async function put(
  id: string,
  updates: readonly TaskUpdate[],
  documents: DocumentStore,
  now: number,
): Promise<boolean> {
  const kept = await documents.get('plan', id)
  if (kept === undefined) return true
  const envelope = Envelope.parse(kept.value)
  const next = applyUpdates(envelope.document, updates, now)
  if (next === envelope.document) return true
  const plan = assemble(id, next, now)
  const document = { ...next, ...(plan && { plan }) }
  return (await documents.put('plan', id, { ...envelope, document }, kept.version, now)) !== undefined
}
