import type { GenerateEvent } from '../../contract/generate.ts'

/**
 * Splits an answer that begins with `<think>…</think>` into thinking and text: so do engines that run a reasoning model
 * without a parser for it (llama.cpp, vLLM, LM Studio, Groq's raw format, MiniMax). Anywhere but at the very beginning
 * the tags are text like any other.
 */
export function createThinkTagSplitter(): { push(text: string): GenerateEvent[]; flush(): GenerateEvent[] } {
  let state: 'before' | 'inside' | 'between' | 'after' = 'before'
  let buffer = ''
  return {
    push(text) {
      if (state === 'after') return toEvents('text', text)
      buffer += text
      const events: GenerateEvent[] = []
      if (state === 'before') {
        const start = buffer.trimStart()
        if (start.startsWith(OPEN)) {
          state = 'inside'
          buffer = start.slice(OPEN.length)
        } else if (OPEN.startsWith(start)) return events
        else return [...events, ...release('text')]
      }
      if (state === 'inside') {
        const end = buffer.indexOf(CLOSE)
        if (end < 0) {
          const sure = buffer.length - partialTagLength(buffer, CLOSE)
          events.push(...toEvents('thinking', buffer.slice(0, sure)))
          buffer = buffer.slice(sure)
          return events
        }
        events.push(...toEvents('thinking', buffer.slice(0, end)))
        buffer = buffer.slice(end + CLOSE.length)
        state = 'between'
      }
      buffer = buffer.trimStart()
      return buffer === '' ? events : [...events, ...release('text')]
    },
    flush: () => release(state === 'inside' ? 'thinking' : 'text'),
  }

  function release(type: 'text' | 'thinking'): GenerateEvent[] {
    const text = buffer
    buffer = ''
    state = 'after'
    return toEvents(type, text)
  }
}

const OPEN = '<think>'
const CLOSE = '</think>'

function toEvents(type: 'text' | 'thinking', text: string): GenerateEvent[] {
  return text === '' ? [] : [{ type, text }]
}

/** How many characters at the end of `text` could be the beginning of `tag`. */
function partialTagLength(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(tag.slice(0, length))) return length
  }
  return 0
}
