import { parseRuns, type Run } from '../emphasis.ts'
import { addBrackets } from '../parenthetical.ts'
import type { ScriptElement } from '../types.ts'

/** The styles of an element's text as it is printed: a parenthetical in its brackets, headings and transitions in capitals. */
export function printedRuns(element: ScriptElement | undefined): readonly Run[] {
  if (!element || !('text' in element)) return []
  const shown = parseRuns(element.text)
  if (element.type === 'parenthetical' && addBrackets(element.text) !== element.text)
    return [{ text: '(' }, ...shown, { text: ')' }]
  const capitals = element.type === 'scene_heading' || element.type === 'transition'
  return capitals ? shown.map((run) => ({ ...run, text: run.text.toUpperCase() })) : shown
}

/** The text of `printedRuns`: what lines of a page are cut from, and what their offsets count. */
export function printedText(element: ScriptElement): string {
  return printedRuns(element)
    .map((run) => run.text)
    .join('')
}
