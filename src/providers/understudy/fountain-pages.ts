import type { RandomSource } from './random.ts'
import type { Writer } from './writer.ts'

/** A request for pages of a screenplay, as far as the understudy reads one. */
export interface PagesRequest {
  /** Headings with their lengths in pages; at least one. */
  readonly scenes: readonly { readonly heading: string; readonly pages: number }[]
  /** Speakers, as cues spell them; may be empty. */
  readonly cast: readonly string[]
  /** Names that pages before these have introduced. */
  readonly known: ReadonlySet<string>
  readonly isEnd: boolean
}

const LENGTH = /(\d+(?:\.\d+)?) pages?, which is about \d+ words/
const LISTED = /^\d+\. (.+) \((\d+(?:\.\d+)?) pages?\)$/gm
const HEADING = /^(?:INT|EXT|EST|I\/E|INNEN|AUSSEN)\b[^\n]*$/gm

/**
 * Reads a question that asks for so many pages of Fountain: the scenes that it lists, or those that it shows to be written
 * again. Undefined: it asks for none. `before` is the conversation before the question.
 */
export function readPagesRequest(question: string, before: string): PagesRequest | undefined {
  const pages = Number(LENGTH.exec(question)?.[1] ?? 0)
  if (!(pages > 0)) return undefined
  const listed = [...question.matchAll(LISTED)].map(([, heading = '', length]) => ({ heading, pages: Number(length) }))
  const shown = [...question.matchAll(HEADING)].map(([heading]) => ({ heading: heading.trim(), pages: 1 }))
  const scenes = listed.length > 0 ? listed : shown.length > 0 ? shown : [{ heading: 'INT. STAGE - NIGHT', pages: 1 }]
  const total = scenes.reduce((sum, scene) => sum + scene.pages, 0) || 1
  return {
    scenes: scenes.map((scene) => ({ ...scene, pages: (scene.pages / total) * pages })),
    cast: castOf(before).map((name) => name.toUpperCase()),
    known: new Set([...before.matchAll(/^(\p{Lu}[\p{Lu} .'-]{1,30})$/gmu)].map(([, name = '']) => name)),
    isEnd: /These pages end the script/.test(question) || (listed.length === 0 && /FADE OUT\./.test(question)),
  }
}

/** The people that earlier answers of a conversation listed, as they are spelled there. */
export function castOf(conversation: string): readonly string[] {
  const names = [...conversation.matchAll(/"name":"([^"\n]{1,40})","role"/g)].map(([, name = '']) => name)
  return [...new Set(names)]
}

const LINES_PER_PAGE = 54
const ACTION_WIDTH = 61
const SPEECH_WIDTH = 35
/** About half of a speech with the action after it. */
const SPEECH_LINES = 3

/** Pages of a play of about the length asked for, under the headings of the request; the first action says what it is. */
export function composePages(request: PagesRequest, writer: Writer, random: RandomSource, notice: string): string {
  writer.setCast(request.cast)
  const known = new Set(request.known)
  const parts: string[] = []
  let isFirst = true
  for (const { heading, pages } of request.scenes) {
    parts.push(heading)
    let lines = 3
    const action = (text: string): void => {
      parts.push(isFirst ? `${text} ${notice}` : text)
      isFirst = false
      lines += 1 + Math.ceil(text.length / ACTION_WIDTH)
    }
    action(writer.paragraph('action', 2))
    // A heading, a blank line before it and the last speech take their lines too.
    while (lines < pages * LINES_PER_PAGE - SPEECH_LINES) {
      const speaker = writer.nextSpeaker().toUpperCase()
      if (!known.has(speaker)) action(`${speaker}, ${random.integer(20, 70)}, comes closer.`)
      known.add(speaker)
      const speech = writer.write('speech')
      parts.push(`${speaker}\n${speech}`)
      lines += 2 + Math.ceil(speech.length / SPEECH_WIDTH)
      if (random.happens(0.6)) action(writer.write('action'))
    }
  }
  if (request.isEnd) parts.push('> FADE OUT.')
  return parts.join('\n\n')
}
