import type { App } from '../app.ts'
import type { Message } from '../contract/generate.ts'

/** A save is tried again when another client wrote to the same conversation in between. */
const MAX_SAVE_TRIES = 10

/** The messages of a saved conversation, oldest first; none where it is new. Throws `StoreError`. */
export async function loadConversation(app: App, id: string): Promise<readonly Message[]> {
  return storedMessages((await (await app.documents()).get('conversation', id))?.value)
}

/**
 * Adds an exchange to a conversation, after the exchanges that other clients added meanwhile. Resolves to false where it
 * could not be saved, because the answer is paid for by then and must still reach the person.
 */
export async function appendToConversation(
  app: App,
  id: string,
  newMessages: readonly Message[],
  answer: string,
): Promise<boolean> {
  const added: readonly Message[] = [...newMessages, { role: 'assistant', parts: [{ type: 'text', text: answer }] }]
  try {
    const documents = await app.documents()
    for (let tries = 0; tries < MAX_SAVE_TRIES; tries++) {
      const stored = await documents.get('conversation', id)
      const messages = [...storedMessages(stored?.value), ...added]
      const version = await documents.put('conversation', id, { messages }, stored?.version ?? 0, app.world.now())
      if (version !== undefined) return true
    }
  } catch (error) {
    app.world.log('conversation not saved', { reason: error instanceof Error ? error.name : 'unknown' })
  }
  return false
}

function storedMessages(value: unknown): readonly Message[] {
  // The cast is safe because only `appendToConversation` writes these documents.
  return (value as { readonly messages: readonly Message[] } | undefined)?.messages ?? []
}
