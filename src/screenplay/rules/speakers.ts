import { readCue } from '../fountain/classify-line.ts'
import { parseFountain } from '../fountain/parse.ts'
import { isNearDuplicate } from '../similar-names.ts'
import type { Script, ScriptElement } from '../types.ts'
import type { Problem, Rule } from './rule.ts'
import { cleanName, findSpeakers, splitNameAndWords } from './speaker-names.ts'

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
  severity: { generated: 'error', authored: 'warn' },
  check(script, options) {
    const names = findSpeakers(script, options)
    return [
      ...checkNames(script, options.cast),
      ...script.elements.flatMap((element, elementIndex) => checkCueForm(element, elementIndex, names, options.cast)),
    ]
  },
}

function checkNames({ elements }: Script, cast: readonly string[] | undefined): readonly Problem[] {
  const known = cast && new Set(cast.map((name) => name.toUpperCase()))
  const seen: string[] = []
  const problems: Problem[] = []
  for (const [elementIndex, element] of elements.entries()) {
    if (element.type !== 'character') continue
    const name = cleanName(element.name)
    if (seen.includes(name)) continue
    if (known && !known.has(name.toUpperCase())) {
      problems.push({
        element: elementIndex,
        message: `${name} speaks but is not in the cast.`,
        fix: 'Use the name from the cast.',
      })
    }
    const similar = seen.find((other) => isNearDuplicate(other, name))
    if (similar !== undefined) {
      problems.push({
        element: elementIndex,
        message: `${name} and ${similar} may be one person.`,
        fix: `Spell both ${similar}.`,
      })
    }
    seen.push(name)
  }
  return problems
}

/** A cue that is dressed up, in small letters, or in one line with its words. */
function checkCueForm(
  element: ScriptElement,
  elementIndex: number,
  names: ReadonlySet<string>,
  cast: readonly string[] | undefined,
): readonly Problem[] {
  if (element.type === 'character') {
    const name = cleanName(element.name)
    const { at: _lines, ...cue } = element
    if (name === element.name || name === '') return []
    const autofix = { from: elementIndex, count: 1, replacement: [{ ...cue, name }] }
    return [
      { element: elementIndex, message: `The name "${element.name}" is dressed up.`, fix: `Write ${name}.`, autofix },
    ]
  }
  if (element.type !== 'action') return []
  const [line = '', ...rest] = element.text.split('\n')
  const spoken =
    splitNameAndWords(element.text) ?? (rest.length > 0 ? { cue: cleanName(line), words: rest.join('\n') } : undefined)
  if (!spoken || /[.!?]$/.test(spoken.cue)) return []
  const { name, extensions } = readCue(spoken.cue)
  if (!names.has(name.toUpperCase())) return []
  const cue = [name.toUpperCase(), ...extensions.map((extension) => `(${extension})`)].join(' ')
  const replacement = parseFountain(`@${cue}\n${spoken.words}`).elements.map(({ at: _lines, ...read }) => read)
  const message = `${name} is not written as one who speaks.`
  // Messages on a screen are written so by people on purpose: only who knows the cast knows better.
  const autofix = cast && { autofix: { from: elementIndex, count: 1, replacement } }
  return [{ element: elementIndex, message, fix: `Write ${cue} on a line of its own.`, ...autofix }]
}
