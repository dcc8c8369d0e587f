import type { GenerateEvent } from '../contract/generate.ts'

/**
 * Splits an answer that begins with `<think>…</think>` into thinking and text: so do engines that run a reasoning model
 * without a parser for it (llama.cpp, vLLM, LM Studio, Groq's raw format, MiniMax). Anywhere but at the very beginning
 * the tags are text like any other.
 */
export function thinkTags(): { push(text: string): GenerateEvent[]; flush(): GenerateEvent[] } {
  let state: 'before' | 'inside' | 'between' | 'after' = 'before'
  let held = ''
  return {
    push(text) {
      if (state === 'after') return said('text', text)
      held += text
      const events: GenerateEvent[] = []
      if (state === 'before') {
        const start = held.trimStart()
        if (start.startsWith(OPEN)) {
          state = 'inside'
          held = start.slice(OPEN.length)
        } else if (OPEN.startsWith(start)) return events
        else return [...events, ...release('text')]
      }
      if (state === 'inside') {
        const end = held.indexOf(CLOSE)
        if (end < 0) {
          const sure = held.length - partial(held, CLOSE)
          events.push(...said('thinking', held.slice(0, sure)))
          held = held.slice(sure)
          return events
        }
        events.push(...said('thinking', held.slice(0, end)))
        held = held.slice(end + CLOSE.length)
        state = 'between'
      }
      held = held.trimStart()
      return held === '' ? events : [...events, ...release('text')]
    },
    flush: () => release(state === 'inside' ? 'thinking' : 'text'),
  }

  function release(type: 'text' | 'thinking'): GenerateEvent[] {
    const text = held
    held = ''
    state = 'after'
    return said(type, text)
  }
}

const OPEN = '<think>'
const CLOSE = '</think>'

function said(type: 'text' | 'thinking', text: string): GenerateEvent[] {
  return text === '' ? [] : [{ type, text }]
}

/** How many characters at the end of `text` could be the beginning of `tag`. */
function partial(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(tag.slice(0, length))) return length
  }
  return 0
}
