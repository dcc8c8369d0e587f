import type { GenerateEvent } from '../../contract/generate.ts'

/** Splits text into reasoning and answer by the marks that models put around their reasoning. */
export interface ReasoningSplitter {
  push(text: string): GenerateEvent[]
  flush(): GenerateEvent[]
}

interface Marks {
  readonly open: string
  readonly close: string
}

/**
 * The marks of engines that run a reasoning model without a parser for it (llama.cpp, vLLM, LM Studio, Groq's raw format,
 * MiniMax; Mistral's `[THINK]`; the channels of gpt-oss).
 */
const MARKS: readonly Marks[] = [
  { open: '<think>', close: '</think>' },
  { open: '<thought>', close: '</thought>' },
  { open: '[THINK]', close: '[/THINK]' },
  { open: '<|channel|>analysis<|message|>', close: '<|channel|>final<|message|>' },
  { open: '<|start|>assistant<|channel|>analysis<|message|>', close: '<|channel|>final<|message|>' },
]
const OPENS = MARKS.map(({ open }) => open)
const CLOSES = [...new Set(MARKS.map(({ close }) => close))]
/** The end of a gpt-oss answer. */
const END_MARKS = ['<|return|>', '<|end|>']

/**
 * An answer that begins with a mark is reasoning up to the closing mark. A closing mark that nothing opened makes all text
 * before it reasoning (a chat template wrote the opening one): `retract` says so. Elsewhere marks are text like any other:
 * within quotes or code, and in an answer that begins as JSON.
 */
export function createReasoningSplitter(): ReasoningSplitter {
  let state: 'before' | 'inside' | 'between' | 'answer' | 'plain' = 'before'
  let close = ''
  let buffer = ''
  const scanner = createUnopenedCloseScanner()

  function push(text: string, isLast: boolean): GenerateEvent[] {
    buffer += text
    const events: GenerateEvent[] = []
    if (state === 'before' && !begin(isLast)) return events
    if (state === 'inside') {
      const end = buffer.indexOf(close)
      const length = end >= 0 ? end : isLast ? buffer.length : buffer.length - partialLength(buffer, [close])
      events.push(...toEvents('thinking', buffer.slice(0, length)))
      buffer = buffer.slice(end >= 0 ? end + close.length : length)
      if (end < 0) return events
      state = 'between'
    }
    if (state === 'between') {
      buffer = buffer.trimStart()
      if (buffer === '') return events
      state = 'answer'
    }
    return [...events, ...(state === 'plain' ? scan(isLast) : answerText(isLast))]
  }

  /** False while the beginning may still become an opening mark. */
  function begin(isLast: boolean): boolean {
    const start = buffer.trimStart()
    const marks = MARKS.find(({ open }) => start.startsWith(open))
    if (marks) {
      state = 'inside'
      close = marks.close
      buffer = start.slice(marks.open.length)
      return true
    }
    if (!isLast && OPENS.some((open) => open.startsWith(start))) return false
    state = 'plain'
    return true
  }

  function scan(isLast: boolean): GenerateEvent[] {
    const { text, isClosed, rest } = scanner.scan(buffer, isLast)
    buffer = rest
    const events = toEvents('text', text)
    if (!isClosed) return events
    state = 'between'
    return [...events, { type: 'retract' }, ...push('', isLast)]
  }

  /** After reasoning: everything but the end marks. */
  function answerText(isLast: boolean): GenerateEvent[] {
    const length = isLast ? buffer.length : buffer.length - partialLength(buffer, END_MARKS)
    const text = END_MARKS.reduce((kept, mark) => kept.replaceAll(mark, ''), buffer.slice(0, length))
    buffer = buffer.slice(length)
    return toEvents('text', text)
  }

  return { push: (text) => push(text, false), flush: () => push('', true) }
}

/** Looks for a closing mark in text that no mark opened. */
function createUnopenedCloseScanner() {
  const seen = createTextSummary()
  let isOff = false

  /** Text that may be emitted, and the rest that waits for more. */
  function scan(given: string, isLast: boolean): { text: string; isClosed: boolean; rest: string } {
    let from = 0
    while (!isOff) {
      const found = firstOf(given, CLOSES, from)
      if (!found) break
      const after = found.at + found.mark.length
      // The character after the mark decides as well.
      if (after === given.length && !isLast) return split(given, found.at, from, false)
      seen.add(given.slice(from, found.at))
      if (seen.isJson || seen.hasOpeningMark) isOff = true
      else if (seen.endsReasoning(given.charAt(after)))
        return { text: given.slice(0, found.at), isClosed: true, rest: given.slice(after) }
      else seen.add(found.mark)
      from = after
    }
    const length = isLast || isOff ? given.length : given.length - partialLength(given, CLOSES)
    return split(given, Math.max(from, length), from, isLast)
  }

  function split(
    given: string,
    length: number,
    from: number,
    isLast: boolean,
  ): { text: string; isClosed: boolean; rest: string } {
    const text = given.slice(0, length)
    if (!isLast) seen.add(given.slice(from, length))
    // An opening mark in the middle belongs to a text about such marks.
    if (seen.isJson || seen.hasOpeningMark) isOff = true
    return { text, isClosed: false, rest: given.slice(length) }
  }

  return { scan }
}

/** The facts of a text that tell whether a mark after it is meant, kept in place of the text. */
function createTextSummary() {
  let head = ''
  let tail = '\n'
  let fences = 0
  let hasOpeningMark = false
  return {
    add(text: string): void {
      if (text === '') return
      if (head.length < 64) head = (head + text).trimStart().slice(0, 64)
      hasOpeningMark ||= OPENS.some((open) => (tail + text).includes(open))
      // The tail's own fences were counted before.
      fences += countFences(tail.slice(-2) + text)
      tail = (tail + text).slice(-LONGEST_OPEN)
      if (tail.endsWith('```')) tail = tail.replaceAll('`', "'")
    },
    get hasOpeningMark() {
      return hasOpeningMark
    },
    get isJson() {
      return /^[{[]/.test(head)
    },
    /** A mark that is quoted, or inside a code block, is spoken about; one on its own line or after a word is meant. */
    endsReasoning(after: string): boolean {
      const last = tail.at(-1) ?? '\n'
      if (/["'`“‘(]/.test(last) || /["'`”’]/.test(after) || fences % 2 === 1) return false
      return last === '\n' || after === '\n' || after === '' || !/\s/.test(last)
    },
  }
}

const LONGEST_OPEN = Math.max(...OPENS.map((open) => open.length))
const countFences = (text: string): number => text.split('```').length - 1

function firstOf(text: string, marks: readonly string[], from: number): { at: number; mark: string } | undefined {
  return marks
    .map((mark) => ({ at: text.indexOf(mark, from), mark }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)[0]
}

function toEvents(type: 'text' | 'thinking', text: string): GenerateEvent[] {
  return text === '' ? [] : [{ type, text }]
}

/** The characters at the end of `text` that could be the beginning of one of `marks`. */
function partialLength(text: string, marks: readonly string[]): number {
  const longest = Math.max(...marks.map((mark) => mark.length))
  if (!/[<[]/.test(text.slice(-longest))) return 0
  for (let length = Math.min(longest - 1, text.length); length > 0; length--) {
    const end = text.slice(-length)
    if (marks.some((mark) => mark.startsWith(end))) return length
  }
  return 0
}
