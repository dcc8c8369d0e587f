import { GenerateError } from '../../contract/errors.ts'
import type { FinishReason, Message } from '../../contract/generate.ts'
import { type ModelAsker, startRequest, textMessage } from './ask-model.ts'

export interface TextQuestion {
  /** The subject in errors: `the pages`. */
  readonly subject: string
  readonly system: string
  readonly history: readonly Message[]
  readonly prompt: string
  /** The output limit of one answer, reasoning included. */
  readonly maxOutputTokens: number
  /** The part of the answer that an earlier run saved; it is continued, not asked for again. */
  readonly partial?: string
  /** Called with the whole text so far after each part; awaited, so that it may be saved. */
  readonly onText?: (text: string) => Promise<void>
  /** Called with the incomplete text before a continuation. */
  readonly onCut?: (text: string) => Promise<void>
}

/** The maximum continuations of an answer that was cut off. */
const MAX_CONTINUATIONS = 8

/**
 * Asks for prose. An answer that its length or a lost connection cut off is continued from its last word until it ends.
 *
 * Throws `GenerateError`: the errors of `Generate` while there is no text yet; `over_budget` when the cap is used up;
 * `filtered`; `bad_response` for an empty answer or one that never ends.
 */
export async function askText(asker: ModelAsker, question: TextQuestion): Promise<string> {
  let text = question.partial ?? ''
  for (let round = 0; round <= MAX_CONTINUATIONS; round++) {
    const before = text
    const messages = [...question.history, textMessage('user', question.prompt), ...continuation(before)]
    const finish = await readText(asker, question, messages, (more) => {
      text = joinText(before, more)
      return question.onText?.(text)
    })
    if (finish === 'content_filter') {
      throw new GenerateError(
        { kind: 'filtered' },
        'The model declined to write this. Change the request or the model.',
      )
    }
    if (text.trim() === '') {
      const message = `The model answered ${question.subject} with nothing. Try again, or try another model.`
      throw new GenerateError({ kind: 'bad_response' }, message)
    }
    if (finish !== 'length') return text
    if (text.length === before.length) break
    await question.onCut?.(text)
  }
  const message = `The answer for ${question.subject} was cut off again and again. What came is saved; try another model.`
  throw new GenerateError({ kind: 'bad_response', partial: text }, message)
}

async function readText(
  asker: ModelAsker,
  { system, maxOutputTokens }: TextQuestion,
  messages: readonly Message[],
  onText: (more: string) => Promise<void> | undefined,
): Promise<FinishReason> {
  let more = ''
  try {
    for await (const event of startRequest(asker, { system, messages, maxOutputTokens })) {
      if (event.type === 'text') {
        more += event.text
        await onText(more)
      }
      if (event.type === 'end') return event.finish
    }
  } catch (error) {
    // An answer that was cut off by its length may come as an error that holds it.
    const partial = error instanceof GenerateError && error.failure.kind === 'bad_response' && error.failure.partial
    if (!partial) throw error
    await onText(partial)
  }
  return 'length'
}

/** The messages after the question that ask for the rest of a partial answer. */
function continuation(text: string): readonly Message[] {
  if (text === '') return []
  const lastLine = text.trimEnd().split('\n').at(-1) ?? ''
  const instruction = `Your answer was cut off. It ended with: "${lastLine.slice(-160)}"\nContinue it from exactly there: begin with its last word, written again in full, repeat nothing else, and write on to the end.`
  return [textMessage('assistant', text), textMessage('user', instruction)]
}

/** The longest end of a text that is compared with the beginning of its continuation. */
const MAX_OVERLAP = 400

/**
 * Joins a text and its continuation: repeated words of the end appear once, and a word boundary gets its space. Nothing
 * else is removed or added.
 */
export function joinText(text: string, more: string): string {
  if (text === '' || more === '') return text + more
  const tail = text.slice(-MAX_OVERLAP)
  for (let start = 0; start < tail.length - MIN_OVERLAP; start++) {
    const startsWord = start === 0 ? text.length > MAX_OVERLAP : /\s/.test(tail[start - 1] ?? '')
    if (startsWord && more.trimStart().startsWith(tail.slice(start).trimEnd())) {
      return text.slice(0, text.length - tail.length + start) + more.trimStart()
    }
  }
  const lastToken = /\S+$/.exec(text)?.[0] ?? ''
  if (/[\p{L}\p{N}]/u.test(lastToken) && more.startsWith(lastToken)) return text.slice(0, -lastToken.length) + more
  const lastWord = /[\p{L}\p{N}]+$/u.exec(text)?.[0] ?? ''
  const repeats = more.startsWith(lastWord) && (lastWord.length > 1 || more.startsWith(`${lastWord} `))
  if (lastWord !== '' && repeats) return text.slice(0, -lastWord.length) + more
  return isNewWord(text, lastWord, more) ? `${text} ${more}` : text + more
}

/** True if a continuation without white space begins a new word, which the other words of both texts decide. */
function isNewWord(text: string, lastWord: string, more: string): boolean {
  const nextWord = /^[\p{L}\p{N}]+/u.exec(more)?.[0]
  if (nextWord === undefined) return /^["“‘(]/.test(more) && /\S$/.test(text) && !/["“‘(]$/.test(text)
  if (lastWord === '') return /[,;:.!?…"”)]$/.test(text)
  const others = `${text.slice(0, -lastWord.length)} ${more.slice(nextWord.length)}`
  const words = new Set(others.toLowerCase().match(/[\p{L}\p{N}]+/gu))
  return !words.has(`${lastWord}${nextWord}`.toLowerCase()) && words.has(lastWord.toLowerCase())
}

/** The least overlap in characters, because a shorter one may be chance. */
const MIN_OVERLAP = 12
