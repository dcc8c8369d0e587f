/** One event of a `text/event-stream`: its `event` name, `message` where it has none, and its data lines joined. */
export interface ServerEvent {
  readonly event: string
  readonly data: string
}

/** The `event` of a comment line, which servers send to keep a connection open. */
export const COMMENT = ':'

/** UTF-16 units of one event. The longest real ones repeat a whole answer; a longer one is a server gone wrong. */
const MAX_EVENT_CHARS = 4 * 1024 * 1024

/** Takes the bytes of an event stream as they arrive and returns the events that they complete. */
export interface EventReader {
  push(bytes: Uint8Array): readonly ServerEvent[]
  /** The events that the end of the stream completes. */
  end(): readonly ServerEvent[]
}

/**
 * Reads an event stream from bytes, however they are cut: within a character, a line or an event. Unlike the standard,
 * it reports comments (`event` is `COMMENT`) because they are signs of life, and an event counts without its last blank
 * line because an answer's finish reason may be in it. Throws `RangeError` for an event above `MAX_EVENT_CHARS`.
 *
 * `eventsource-parser` 4.1 drops that last event and bounds no line, so this reader stays.
 */
export function createEventReader(): EventReader {
  const decoder = new TextDecoder()
  const lines = createLineReader()
  const assemble = createEventAssembler()
  const events = (given: readonly string[]): readonly ServerEvent[] => given.flatMap((line) => assemble(line) ?? [])
  return {
    push: (bytes) => events(lines.push(decoder.decode(bytes, { stream: true }))),
    end: () => events([...lines.push(decoder.decode()), ...lines.flush(), '']),
  }
}

/** Lines end with LF, CR or CRLF; a CR at the end of a piece waits to see whether an LF follows. */
function createLineReader(): { push(piece: string): string[]; flush(): string[] } {
  let pending = ''
  return {
    push(piece) {
      if (pending.length + piece.length > MAX_EVENT_CHARS) throw new RangeError('a line of the event stream has no end')
      const whole = pending + piece
      if (!/[\r\n]/.test(piece) && !pending.endsWith('\r')) {
        pending = whole
        return []
      }
      const lines = whole.split(/\r\n|\n|\r(?!$)/)
      pending = lines.pop() ?? ''
      return lines
    },
    flush() {
      const line = pending.replace(/\r$/, '')
      pending = ''
      return line === '' ? [] : [line]
    },
  }
}

function createEventAssembler(): (line: string) => ServerEvent | undefined {
  let event = ''
  let data: string[] = []
  let size = 0
  let first = true
  return (given) => {
    const line = first ? given.replace(/^\uFEFF/, '') : given
    first = false
    if (line === '') {
      const whole = data.length === 0 ? undefined : { event: event || 'message', data: data.join('\n') }
      event = ''
      data = []
      size = 0
      return whole
    }
    const colon = line.indexOf(':')
    if (colon === 0) return { event: COMMENT, data: '' }
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') event = value
    if (field === 'data') {
      size += value.length + 1
      if (size > MAX_EVENT_CHARS) throw new RangeError('an event of the stream has no end')
      data.push(value)
    }
    return undefined
  }
}
