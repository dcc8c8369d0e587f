/** One event of a `text/event-stream`: its `event` name, `message` where it has none, and its data lines joined. */
export interface ServerEvent {
  readonly event: string
  readonly data: string
}

/** An event longer than this is no answer of a language model but a server gone wrong. In UTF-16 units. */
const MAX_EVENT_CHARS = 16 * 1024 * 1024

/** Takes an event stream's bytes as they come and gives back the events that they complete. */
export interface EventReader {
  push(bytes: Uint8Array): readonly ServerEvent[]
  /** What is left when the stream has ended. */
  end(): readonly ServerEvent[]
}

/**
 * Reads an event stream from bytes however they are cut: within a character, a line or an event. Comments and unknown
 * fields are passed over, as the standard has it. Unlike the standard, an event that the stream ends in before its blank
 * line still counts: what tells whether an answer is whole is in the events. Throws a `RangeError` at `EVENT_LIMIT`.
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
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') event = value
    if (field === 'data') {
      size += value.length
      if (size > MAX_EVENT_CHARS) throw new RangeError('an event of the stream has no end')
      data.push(value)
    }
    return undefined
  }
}
