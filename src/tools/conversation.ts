import type { App } from '../app.ts'
import type { Message } from '../contract/generate.ts'

/** How often a save is tried again when another client wrote to the same conversation in between. */
const TRIES = 10

/** The messages of a saved conversation, oldest first; none where it is new. Throws `StoreError`. */
export async function recall(app: App, id: string): Promise<readonly Message[]> {
  return messagesOf((await (await app.shelf()).get('conversation', id))?.value)
}

/**
 * Adds an exchange to a conversation; what another client added meanwhile is kept, before it. False where it could not be
 * saved: the answer is paid for by then and must still reach the person.
 */
export async function remember(app: App, id: string, asked: readonly Message[], answer: string): Promise<boolean> {
  const added: readonly Message[] = [...asked, { role: 'assistant', parts: [{ type: 'text', text: answer }] }]
  try {
    const shelf = await app.shelf()
    for (let tries = 0; tries < TRIES; tries++) {
      const kept = await shelf.get('conversation', id)
      const messages = [...messagesOf(kept?.value), ...added]
      const version = await shelf.put('conversation', id, { messages }, kept?.version ?? 0, app.world.now())
      if (version !== undefined) return true
    }
  } catch (error) {
    app.world.log('conversation not saved', { reason: error instanceof Error ? error.name : 'unknown' })
  }
  return false
}

function messagesOf(value: unknown): readonly Message[] {
  // Only `remember` writes these, through the same types, and the shelf keeps them as they were.
  return (value as { readonly messages: readonly Message[] } | undefined)?.messages ?? []
}
