import type { GenerateEvent } from '../contract/generate.ts'
import type { World } from '../contract/world.ts'
import type { On } from './tool.ts'

/** How often a piece may go out: ten a second are read as a flow. */
const PIECE_MS = 100

/** Passes a stream through, telling the person the text as it comes, in pieces that a client can keep up with. */
export async function* told(
  stream: AsyncIterable<GenerateEvent>,
  world: World,
  progress: On['progress'],
): AsyncGenerator<GenerateEvent> {
  let piece = ''
  let at = world.now()
  for await (const event of stream) {
    if (event.type === 'start') {
      const does = event.continues ? 'goes on from there' : 'is answering'
      progress({ message: `${event.provider}/${event.model} ${does}`, done: 0 })
    }
    if (event.type === 'text') piece += event.text
    if (piece && (world.now() - at >= PIECE_MS || event.type === 'end')) {
      progress({ message: piece })
      piece = ''
      at = world.now()
    }
    yield event
  }
}
