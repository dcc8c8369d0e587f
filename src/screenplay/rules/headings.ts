import { toPlainText } from '../emphasis.ts'
import { classifyLine } from '../fountain/classify-line.ts'
import { readHeading } from '../heading.ts'
import type { Script, ScriptElement } from '../types.ts'
import type { Problem, Rule } from './rule.ts'

/**
 * F03: every heading says inside or outside, a set and a time of day, in plain letters: `INT. KITCHEN - DAY`. The marks
 * of Markdown around a heading are no part of it. A person may force a heading that says less, and may set most headings
 * in bold on purpose.
 *
 * @example {"mode":"generated"} lines 1, 5
 * ```
 * INT. KITCHEN
 *
 * Rain.
 *
 * .SOMEWHERE - NIGHT
 *
 * EXT. ROAD - DAY
 * ```
 * @example lines 1
 * ```
 * INT. KITCHEN
 *
 * .OVER BLACK
 * ```
 * @example {"mode":"generated"} lines 1, 5, fixed
 * ```
 * **INT. KITCHEN - DAY**
 *
 * Rain.
 *
 * ### EXT. ROAD - NIGHT
 *
 * Snow.
 *
 * # Act Two
 * ```
 * ```
 * INT. KITCHEN - DAY
 *
 * Rain.
 *
 * EXT. ROAD - NIGHT
 *
 * Snow.
 *
 * # Act Two
 * ```
 * @example none
 * ```
 * ## INT. SHED - DAY
 *
 * ## Ext trouble begins
 *
 * INT. SHED - DAY [[ask Lou]]
 *
 * INT. *ARGO* - NIGHT
 * ```
 */
export const headings: Rule = {
  code: 'F03',
  title: 'scene headings',
  checks: 'Every heading says inside or outside, a set and a time of day, in plain letters.',
  severity: { generated: 'error', authored: 'warn' },
  fixes: 'Takes Markdown off a whole heading, and makes a section that is in place of a heading one.',
  check(script, { mode = 'authored' }) {
    const takesBold = mode === 'generated' || !isBoldStyle(script)
    return script.elements.flatMap((element, at): readonly Problem[] => {
      const plain = plainHeadingOf(script, at, takesBold)
      if (plain !== undefined) {
        const number = element.type === 'scene_heading' ? element.number : undefined
        const replacement = [{ type: 'scene_heading' as const, text: plain, ...(number !== undefined && { number }) }]
        const message = `The heading "${plain}" has Markdown around it.`
        return [{ element: at, message, fix: `Write "${plain}".`, autofix: { from: at, count: 1, replacement } }]
      }
      return element.type === 'scene_heading' ? checkParts(element.text, at, mode === 'generated') : []
    })
  },
}

function checkParts(text: string, element: number, isGenerated: boolean): readonly Problem[] {
  const { prefix, set, time, unknownTime } = readHeading(text)
  if (/^omitted\b/i.test(set) || (prefix === undefined && !isGenerated)) return []
  const missing = [
    ...(prefix === undefined ? ['INT. or EXT.'] : []),
    ...(set === '' ? ['the set'] : []),
    ...(time === undefined && unknownTime === undefined ? ['the time of day'] : []),
  ]
  if (missing.length === 0) return []
  const message = `The heading "${toPlainText(text)}" lacks ${missing.join(' and ')}.`
  return [{ element, message, fix: 'Write it like "INT. SET - DAY".' }]
}

/** The heading without the Markdown around the whole of it; undefined: it has none. */
function plainHeadingOf({ elements }: Script, at: number, takesBold: boolean): string | undefined {
  const element = elements[at]
  if (element?.type === 'scene_heading') return takesBold ? withoutMarks(element.text) : undefined
  if (element?.type !== 'section' || !isHeadingAbove(elements, at)) return undefined
  const text = withoutMarks(element.text) ?? element.text.trim()
  const isHeading = classifyLine(text, 'by a blank') === 'scene_heading' && !text.startsWith('.')
  return isHeading && !/\p{Ll}/u.test(text) && toPlainText(text) === text ? text : undefined
}

function withoutMarks(text: string): string | undefined {
  const [, inner] = /^([*_]{1,3})([^*_[\]]+)\1$/.exec(text.trim()) ?? []
  return inner !== undefined && /^\S/.test(inner) ? [...text.trim().matchAll(/[^*_]+/g)].join('').trim() : undefined
}

/** Whether a section is right above text of a scene, with no heading between. */
function isHeadingAbove(elements: readonly ScriptElement[], at: number): boolean {
  for (let next = at + 1; next < elements.length; next++) {
    const type = elements[next]?.type ?? 'note'
    if (type !== 'note' && type !== 'boneyard' && type !== 'synopsis') return type === 'action' || type === 'character'
  }
  return false
}

/** Whether most headings are in one emphasis, as a style. */
function isBoldStyle({ elements }: Script): boolean {
  const all = elements.flatMap((element) => (element.type === 'scene_heading' ? [element.text] : []))
  return all.filter((text) => withoutMarks(text) !== undefined).length * 2 >= all.length
}
