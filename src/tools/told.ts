import type { GenerateEvent } from '../contract/generate.ts'
import type { World } from '../contract/world.ts'
import type { On } from './tool.ts'

/** How often a piece may go out: ten a second are read as a flow. */
const PIECE_MS = 100

/**
 * Passes a stream through, telling the person the text as it comes, in pieces that a client can keep up with. A word is
 * held for `PIECE_MS` at most, also before a pause. However the stream ends, no timer is left.
 */
export async function* told(
  stream: AsyncIterable<GenerateEvent>,
  world: World,
  progress: On['progress'],
): AsyncGenerator<GenerateEvent> {
  const over = new AbortController()
  let piece = ''
  let toldAt = world.now()
  let waits = false
  const tell = (): void => {
    if (!piece) return
    progress({ message: piece })
    piece = ''
    toldAt = world.now()
  }
  const restMs = (): number => toldAt + PIECE_MS - world.now()
  const tellSoon = async (): Promise<void> => {
    waits = true
    while (restMs() > 0) await world.sleep(restMs(), over.signal)
    waits = false
    tell()
  }
  try {
    for await (const event of stream) {
      if (event.type === 'text') piece += event.text
      if (event.type === 'start' || event.type === 'end') tell()
      else if (piece && !waits) tellSoon().catch(() => {}) // ends with the stream
      if (event.type === 'start') {
        const does = event.continues ? 'goes on from there' : 'is answering'
        progress({ message: `${event.provider}/${event.model} ${does}`, done: 0 })
      }
      yield event
    }
  } finally {
    over.abort('over')
  }
}
