import { readCue } from '../fountain/classify-line.ts'
import type { Script, ScriptElement } from '../types.ts'
import type { LintOptions } from './rule.ts'

/**
 * The names, in capitals, that speak in a script: those of the cast, those of cues, and those that are at least twice in
 * the place of a cue, in one of the forms that models write.
 */
export function findSpeakers({ elements }: Script, { cast = [] }: LintOptions): ReadonlySet<string> {
  const cues = elements.flatMap((element) => (element.type === 'character' ? [cleanName(element.name)] : []))
  const seen = new Map<string, number>()
  for (const [at, element] of elements.entries()) {
    const name = guessName(element, elements[at + 1])
    if (name !== undefined) seen.set(name, (seen.get(name) ?? 0) + 1)
  }
  const twice = [...seen].flatMap(([name, times]) => (times > 1 ? [name] : []))
  return new Set([...cast, ...cues, ...twice].map((name) => name.toUpperCase()))
}

/** A name without marks of emphasis and without a colon at its end. */
export function cleanName(name: string): string {
  return name
    .replace(/[*_]+/g, '')
    .replace(/\s*:+$/, '')
    .trim()
}

/** `NAME: words`, with the words; marks of emphasis around the name do not count. */
export function splitNameAndWords(text: string): { readonly cue: string; readonly words: string } | undefined {
  const [, cue, words] = /^([^:\n]{1,60}?):\**\s+(\S[\s\S]*)$/.exec(text.replace(/^[*_]+/, '')) ?? []
  const plain = cleanName(cue ?? '')
  return words === undefined || plain === '' || NOT_A_NAME.test(plain) ? undefined : { cue: plain, words }
}

function guessName(element: ScriptElement, next: ScriptElement | undefined): string | undefined {
  if (element.type !== 'action' || element.text === '') return undefined
  const spoken = splitNameAndWords(element.text)
  const line = element.text.split('\n')[0] ?? ''
  const alone = element.text === line && next?.type === 'action' && next.text !== '' && line === line.toUpperCase()
  const above = element.text !== line && line !== line.toUpperCase()
  const cue = spoken?.cue ?? (alone || above ? line : '')
  const { name } = readCue(cleanName(cue))
  const like = spoken && name !== name.toUpperCase() ? undefined : name
  return like !== undefined &&
    /^\p{Lu}[\p{L}\d .'’-]{1,24}$/u.test(like) &&
    !NOT_A_NAME.test(like) &&
    !/[.!?-]$/.test(like)
    ? like.toUpperCase()
    : undefined
}

/** Words in capitals before a colon or alone in a line that are no speaker. */
const NOT_A_NAME =
  /^(?:(?:various|angle|angles|reveal|prelap|pre-lap|shots?|close|closeup|wide|wider|pov|back to|over|series of|quick|moments?|meanwhile|silence|black|darkness|on screen|text|sign|screen|camera|pan|dolly|tracking|insert shot|aerial|establishing|freeze|super|title|titles|insert|caption|subtitle|chyron|note|cut|smash cut|match cut|dissolve|fade|later|montage|flashback|intercut|end|the end|act|scene|continued|cont'd|omitted|beat|bang|int|ext)\b|\d)/i
