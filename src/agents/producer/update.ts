import { z } from 'zod'
import type { DocumentStore } from '../../contract/document-store.ts'
import { GenerateError } from '../../contract/errors.ts'
import type { World } from '../../contract/world.ts'
import { assemble } from './assemble.ts'
import { PlanDocument } from './document.ts'
import type { TaskUpdate } from './input.ts'
import { told } from './living.ts'

/** A dead updater holds others up for so long. */
const LEASE_MS = 5_000
/** How often it is tried again while another one is at work. */
const PAUSE_MS = 50

/** What a job keeps, as far as it concerns an update: the document, and whatever stands around it. */
const Envelope = z.looseObject({ document: PlanDocument })

/**
 * Takes updates in: reads, applies, and puts the plan back only if nobody was faster; else all of it again. A job that
 * works on the plan is let finish first. So of any number of clients that update at once none loses anything.
 *
 * Throws `GenerateError`: `invalid_request` for an unknown task, or where the plan was at work until `until`; `cancelled`.
 */
export async function update(
  id: string,
  updates: readonly TaskUpdate[],
  {
    shelf: documents,
    world,
    signal,
    until,
  }: { readonly shelf: DocumentStore; readonly world: World; readonly signal: AbortSignal; readonly until: number },
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

/** False: somebody was faster. */
async function put(
  id: string,
  updates: readonly TaskUpdate[],
  documents: DocumentStore,
  now: number,
): Promise<boolean> {
  const kept = await documents.get('plan', id)
  if (kept === undefined) return true
  const envelope = Envelope.parse(kept.value)
  const next = told(envelope.document, updates, now)
  if (next === envelope.document) return true
  const plan = assemble(id, next, now)
  const document = { ...next, ...(plan && { plan }) }
  return (await documents.put('plan', id, { ...envelope, document }, kept.version, now)) !== undefined
}
