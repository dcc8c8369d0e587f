import type { GenerateEvent } from '../contract/generate.ts'
import type { World } from '../contract/world.ts'
import { countOf } from '../lib/text.ts'
import type { TextProgress } from '../text-calls.ts'

/** How often progress goes out: ten times a second reads as a flow. */
const REPORT_INTERVAL_MS = 100
/** Clients show one line. */
const TAIL_CHARS = 60

/**
 * Passes a stream through and reports the end of the text as it comes: its last 60 characters and how many there are.
 * New text is reported within `REPORT_INTERVAL_MS`, also before a pause. However the stream ends, no timer is left.
 */
export async function* withTextProgress(
  stream: AsyncIterable<GenerateEvent>,
  world: World,
  report: (update: TextProgress) => void,
): AsyncGenerator<GenerateEvent> {
  const ended = new AbortController()
  let [tail, count, reported] = ['', 0, 0]
  let lastReportAt = world.now()
  let reportScheduled = false
  const reportText = (): void => {
    if (count === reported) return
    reported = count
    lastReportAt = world.now()
    report({ message: formatTail(tail, count), done: count })
  }
  const remainingMs = (): number => lastReportAt + REPORT_INTERVAL_MS - world.now()
  const reportSoon = async (): Promise<void> => {
    reportScheduled = true
    while (remainingMs() > 0) await world.sleep(remainingMs(), ended.signal)
    reportScheduled = false
    reportText()
  }
  try {
    for await (const event of stream) {
      if (event.type === 'text') {
        tail = (tail + event.text).slice(-4 * TAIL_CHARS)
        count += event.text.length
      }
      if (event.type === 'start' || event.type === 'end') reportText()
      else if (count > reported && !reportScheduled) reportSoon().catch(() => {}) // the stream has ended
      if (event.type === 'start') {
        const does = event.continues ? 'continues the answer' : 'is answering'
        report({ message: `${event.provider}/${event.model} ${does}`, done: count })
      }
      yield event
    }
  } finally {
    ended.abort('over')
  }
}

/** `… and the lamp is on the top step (1,240 characters)`. */
function formatTail(tail: string, count: number): string {
  const line = tail.replace(/\s+/g, ' ').trim()
  const chars = [...line]
  const isWhole = chars.length <= TAIL_CHARS && count <= tail.length
  const shown = isWhole ? line : `… ${chars.slice(-TAIL_CHARS).join('')}`
  return `${shown} (${countOf(count, 'character')})`
}
