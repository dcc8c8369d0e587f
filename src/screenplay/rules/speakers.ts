import { readCue } from '../fountain/classify-line.ts'
import { parseFountain } from '../fountain/parse.ts'
import { speakerKey } from '../layout/cue.ts'
import { createSimilarNameFinder } from '../similar-names.ts'
import type { Script, ScriptElement } from '../types.ts'
import type { LintOptions, Problem, Rule } from './rule.ts'
import { cleanName, findSpeakers, splitNameAndWords } from './speaker-names.ts'

/**
 * F06: every speaker is in the cast, where one is given, and has one name, in capitals on a line of its own. People write
 * messages on a screen as `NAME: words`, so that form becomes a speech only in a generated script with a cast.
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
 * @example {"mode":"generated","cast":["ANNA","BEN"]} lines 1, 3, 6, 9, fixed
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
  checks: 'Every speaker is in the cast, where one is given, and has one name, in capitals on a line of its own.',
  severity: { generated: 'error', authored: 'warn' },
  fixes: 'Takes Markdown off a cue; in a generated script with a cast, makes `NAME: words` a speech.',
  check(script, options) {
    const names = findSpeakers(script, options)
    return [
      ...checkNames(script, options.cast),
      ...script.elements.flatMap((element, elementIndex) => checkCueForm(element, elementIndex, names, options)),
    ]
  },
}

function checkNames({ elements }: Script, cast: readonly string[] | undefined): readonly Problem[] {
  const known = cast && new Set(cast.map(speakerKey))
  const seen = new Set<string>()
  const findSimilar = createSimilarNameFinder()
  const problems: Problem[] = []
  for (const [elementIndex, element] of elements.entries()) {
    if (element.type !== 'character') continue
    const name = cleanName(element.name)
    if (seen.has(speakerKey(name))) continue
    seen.add(speakerKey(name))
    if (known && !known.has(speakerKey(name))) {
      problems.push({
        element: elementIndex,
        message: `${name} speaks but is not in the cast.`,
        fix: 'Use the name from the cast.',
      })
    }
    const similar = findSimilar(name)
    if (similar !== undefined) {
      problems.push({
        element: elementIndex,
        message: `${name} and ${similar} may be one person.`,
        fix: `If they are, spell both ${similar}.`,
      })
    }
  }
  return problems
}

/** A cue that has Markdown around it, is in small letters, or is in one line with its dialogue. */
function checkCueForm(
  element: ScriptElement,
  elementIndex: number,
  names: ReadonlySet<string>,
  { mode, cast }: LintOptions,
): readonly Problem[] {
  if (element.type === 'character') {
    const name = cleanName(element.name)
    const { at: _lines, fdx: _xml, ...cue } = element
    if (name === element.name || name === '') return []
    const autofix = { from: elementIndex, count: 1, replacement: [{ ...cue, name }] }
    return [
      {
        element: elementIndex,
        message: `The cue "${element.name}" has Markdown around it.`,
        fix: `Write ${name}.`,
        autofix,
      },
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
  const message = `${name} looks like a cue but is not formatted as one.`
  const autofix = mode === 'generated' && cast && { autofix: { from: elementIndex, count: 1, replacement } }
  return [{ element: elementIndex, message, fix: `Write ${cue} on a line of its own.`, ...autofix }]
}
