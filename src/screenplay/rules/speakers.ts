import { isNearDuplicate } from '../names.ts'
import { parseFountain } from '../parse.ts'
import { readCue } from '../recognise.ts'
import type { Element, Script } from '../types.ts'
import { nameAndWords, plainName, speakersOf } from './known.ts'
import type { Offence, Rule } from './rule.ts'

/**
 * F06: every speaker is in the cast, where one is given, and has one name throughout, in capitals on a line of its own.
 *
 * @example {"cast":["ANNA"]} lines 1
 * ```
 * BEN
 * Hello.
 * ```
 * @example lines 4
 * ```
 * HANNAH
 * Hello.
 *
 * HANNA
 * Hello.
 * ```
 * @example {"cast":["ANNA","BEN"]} lines 1, 3, 6, 9, mended
 * ```
 * ANNA: Is it boiling?
 *
 * Ben (V.O.)
 * No.
 *
 * **ANNA**
 * It is.
 *
 * BEN:
 * It is not.
 *
 * SUPER: An hour later.
 * ```
 * ```
 * ANNA
 * Is it boiling?
 *
 * BEN (V.O.)
 * No.
 *
 * ANNA
 * It is.
 *
 * BEN
 * It is not.
 *
 * SUPER: An hour later.
 * ```
 */
export const speakers: Rule = {
  code: 'F06',
  title: 'speakers',
  severity: { ours: 'error', theirs: 'warn' },
  check(script, options) {
    const names = speakersOf(script, options)
    return [
      ...strangersAndTwins(script, options.cast),
      ...script.elements.flatMap((item, element) => misspelled(item, element, names, options.cast)),
    ]
  },
}

function strangersAndTwins({ elements }: Script, cast: readonly string[] | undefined): readonly Offence[] {
  const known = cast && new Set(cast.map((name) => name.toUpperCase()))
  const seen: string[] = []
  const offences: Offence[] = []
  for (const [element, item] of elements.entries()) {
    if (item.type !== 'character') continue
    const name = plainName(item.name)
    if (seen.includes(name)) continue
    if (known && !known.has(name.toUpperCase())) {
      offences.push({ element, message: `${name} speaks but is not in the cast.`, fix: 'Use the name from the cast.' })
    }
    const twin = seen.find((other) => isNearDuplicate(other, name))
    if (twin !== undefined) {
      offences.push({ element, message: `${name} and ${twin} may be one person.`, fix: `Spell both ${twin}.` })
    }
    seen.push(name)
  }
  return offences
}

/** A cue that is dressed up, in small letters, or in one line with its words. */
function misspelled(
  item: Element,
  element: number,
  names: ReadonlySet<string>,
  cast: readonly string[] | undefined,
): readonly Offence[] {
  if (item.type === 'character') {
    const name = plainName(item.name)
    const { at: _lines, ...cue } = item
    if (name === item.name || name === '') return []
    const mend = { from: element, count: 1, by: [{ ...cue, name }] }
    return [{ element, message: `The name "${item.name}" is dressed up.`, fix: `Write ${name}.`, mend }]
  }
  if (item.type !== 'action') return []
  const [line = '', ...rest] = item.text.split('\n')
  const spoken =
    nameAndWords(item.text) ?? (rest.length > 0 ? { cue: plainName(line), words: rest.join('\n') } : undefined)
  if (!spoken || /[.!?]$/.test(spoken.cue)) return []
  const { name, extensions } = readCue(spoken.cue)
  if (!names.has(name.toUpperCase())) return []
  const cue = [name.toUpperCase(), ...extensions.map((extension) => `(${extension})`)].join(' ')
  const by = parseFountain(`@${cue}\n${spoken.words}`).elements.map(({ at: _lines, ...read }) => read)
  const message = `${name} is not written as one who speaks.`
  // Messages on a screen are written so by people on purpose: only who knows the cast knows better.
  const mend = cast && { mend: { from: element, count: 1, by } }
  return [{ element, message, fix: `Write ${cue} on a line of its own.`, ...mend }]
}
