import type { GenerateEvent } from '../contract/generate.ts'
import type { World } from '../contract/world.ts'
import type { ToolContext } from './tool.ts'

/** How often a piece may go out: ten a second are read as a flow. */
const PIECE_INTERVAL_MS = 100

/**
 * Passes a stream through, telling the person the text as it comes, in pieces that a client can keep up with. A word is
 * held for `PIECE_MS` at most, also before a pause. However the stream ends, no timer is left.
 */
export async function* withTextProgress(
  stream: AsyncIterable<GenerateEvent>,
  world: World,
  progress: ToolContext['progress'],
): AsyncGenerator<GenerateEvent> {
  const ended = new AbortController()
  let piece = ''
  let lastReportAt = world.now()
  let reportScheduled = false
  const reportPiece = (): void => {
    if (!piece) return
    progress({ message: piece })
    piece = ''
    lastReportAt = world.now()
  }
  const remainingMs = (): number => lastReportAt + PIECE_INTERVAL_MS - world.now()
  const reportPieceSoon = async (): Promise<void> => {
    reportScheduled = true
    while (remainingMs() > 0) await world.sleep(remainingMs(), ended.signal)
    reportScheduled = false
    reportPiece()
  }
  try {
    for await (const event of stream) {
      if (event.type === 'text') piece += event.text
      if (event.type === 'start' || event.type === 'end') reportPiece()
      else if (piece && !reportScheduled) reportPieceSoon().catch(() => {}) // ends with the stream
      if (event.type === 'start') {
        const does = event.continues ? 'goes on from there' : 'is answering'
        progress({ message: `${event.provider}/${event.model} ${does}`, done: 0 })
      }
      yield event
    }
  } finally {
    ended.abort('over')
  }
}
