import { isChat } from '../../screenplay/rules/chat.ts'
import { isNearDuplicate } from '../../screenplay/similar-names.ts'
import type { SceneElement } from './document.ts'

/**
 * What a model wrote for a scene, put into the form of a script by rules, and what rules cannot put right, in sentences
 * for the model. Speakers get the spelling of the cast.
 */
export function cleanScene(
  given: readonly SceneElement[],
  cast: readonly string[],
): { readonly elements: readonly SceneElement[]; readonly problems: readonly string[] } {
  const problems: string[] = []
  const elements: SceneElement[] = []
  for (const [index, element] of given.entries()) {
    if (element.type === 'transition') {
      const text = plain(element.text).toUpperCase()
      // One that ends the whole script is added by code; one in the middle of a scene is none.
      if (index === given.length - 1 && /^[\p{L} ]{3,25} TO:$/u.test(text)) elements.push({ type: 'transition', text })
    } else if (element.type === 'action') {
      elements.push(...paragraphs(plain(element.text)).map((text) => ({ type: 'action' as const, text })))
    } else {
      const speaker = castName(element.speaker, cast)
      if (speaker === undefined)
        problems.push(`${plain(element.speaker)} is not in the cast: only ${cast.join(', ')} may speak.`)
      else add(elements, speech(element, speaker))
    }
  }
  if (!elements.some((element) => element.type !== 'transition')) problems.push('The scene is empty.')
  else if (isCutOff(elements)) problems.push('The last line stops in the middle of a sentence.')
  return { elements, problems }
}

/** The last words of a scene that was cut off: back to the end of the sentence before, or gone. */
export function withoutCutOff(elements: readonly SceneElement[]): readonly SceneElement[] {
  const last = elements.at(-1)
  if (last === undefined || !isCutOff(elements)) return elements
  const whole = /^[\s\S]*[.!?…]["'”’)]*(?=\s)/.exec(last.text)?.[0]
  return whole === undefined
    ? withoutCutOff(elements.slice(0, -1))
    : [...elements.slice(0, -1), { ...last, text: whole }]
}

function isCutOff(elements: readonly SceneElement[]): boolean {
  const last = elements.at(-1)
  return last !== undefined && last.type !== 'transition' && !/[.!?…。！？—–-]["'”’)»]*$/.test(last.text)
}

/** The cast's spelling of a name, when it can only be one. */
export function castName(given: string, cast: readonly string[]): string | undefined {
  const name = plain(given)
    .replace(/\s*\([^)]*\)/g, '')
    .replace(/:$/, '')
    .toUpperCase()
  const alike: readonly ((other: string) => boolean)[] = [
    (other) => other === name,
    (other) => isNearDuplicate(other, name),
    (other) => ` ${name} `.includes(` ${other} `) || ` ${other} `.includes(` ${name} `),
  ]
  for (const is of alike) {
    const found = cast.filter(is)
    if (found.length === 1) return found[0]
  }
  return undefined
}

/** One line of plain words: no Markdown, no fence, no notes, no talk about the script, no control characters. */
export function plain(text: string): string {
  return (
    text
      .split('\n')
      .filter((line) => !isChat(line, true))
      .join(' ')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
      .replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, ' ')
      .replace(/\[\[|\]\]|\/\*|\*\/|```\w*|`/g, '')
      .replace(/\*+/g, '')
      .replace(/\b_+|_+\b/g, '')
      .replace(/^\s*(?:#{1,6}\s+|>\s*|[!@~=](?=\S))/, '')
      .replace(/\s+/g, ' ')
      .trim()
  )
}

function speech(element: Extract<SceneElement, { type: 'dialogue' }>, speaker: string): SceneElement {
  const [, before = '', words = ''] =
    /^(?:\(([^()]*)\))?\s*([\s\S]*)$/.exec(withoutCue(plain(element.text), speaker)) ?? []
  const aside = plain(element.parenthetical ?? before)
    .replace(/^\(+|\)+$/g, '')
    .trim()
  // A long one is no parenthetical: what it says is dropped rather than spoken.
  const parenthetical = aside !== '' && aside.length <= 60 ? aside : null
  const text = /^(["“])([^"”]*)["”]$/.exec(words)?.[2] ?? words
  return { type: 'dialogue', speaker, parenthetical, text: text.trim() }
}

/** `MARA: Hello` said by MARA. */
function withoutCue(text: string, speaker: string): string {
  const [cue, ...rest] = text.split(/:\s+/)
  return rest.length > 0 && cue?.toUpperCase() === speaker ? rest.join(': ') : text
}

/** Nothing said is no speech, and one who goes on speaking does so under the same cue. */
function add(elements: SceneElement[], element: SceneElement): void {
  const last = elements.at(-1)
  if (element.type !== 'dialogue' || element.text === '') return
  const goesOn = last?.type === 'dialogue' && last.speaker === element.speaker && element.parenthetical === null
  if (goesOn) elements.splice(-1, 1, { ...last, text: `${last.text} ${element.text}` })
  else elements.push(element)
}

/** About four lines of action. */
const PARAGRAPH = 240

/** An action without the talk of a model around it, in paragraphs a reader will read. */
function paragraphs(text: string): readonly string[] {
  if (text === '' || isChat(text)) return []
  const made: string[] = []
  for (const sentence of text.match(/[\s\S]+?(?:[.!?…]["'”’)]*(?=\s)|$)/g) ?? [text]) {
    const last = made.at(-1)
    if (last !== undefined && last.length + sentence.length <= PARAGRAPH) made.splice(-1, 1, last + sentence)
    else if (sentence.trim() !== '') made.push(sentence.trimStart())
  }
  return made.map((paragraph) => paragraph.trim())
}
