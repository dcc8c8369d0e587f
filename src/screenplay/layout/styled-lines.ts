import { parseRuns, type Run } from '../emphasis.ts'
import type { Script, ScriptElement } from '../types.ts'
import type { Page, PageLine } from './paginate.ts'

/** A line of a page with its styles; together the runs say the line's text. */
export interface StyledLine extends PageLine {
  readonly runs: readonly Run[]
  /** The writer ended the line here, not the layout. */
  readonly hard?: true
}

/** The lines of every page with the styles of their elements. What the layout adds itself, such as cues, is plain. */
export function styleLines(script: Script, pages: readonly Page[]): readonly (readonly StyledLine[])[] {
  const sources = new Map<number, { readonly runs: readonly Run[]; readonly text: string; from: number }>()
  return pages.map(({ lines }) => lines.map((line) => ({ ...line, ...stylesOf(line) })))

  function stylesOf({ element, text }: PageLine): Pick<StyledLine, 'runs' | 'hard'> {
    let source = sources.get(element)
    if (!source) {
      const shown = printedRuns(script.elements[element])
      source = { runs: shown, text: shown.map((run) => run.text).join(''), from: 0 }
      sources.set(element, source)
    }
    // The lines of an element follow each other in its text, with nothing but blanks between them.
    const plain = source.runs.length < 2 && !source.runs.some(hasStyle) && !source.text.includes('\n')
    const from = plain ? -1 : source.text.indexOf(text, source.from)
    if (from < 0) return { runs: [{ text }] }
    source.from = from + text.length
    const hard = /^[^\S\n]*\n/.test(source.text.slice(source.from, source.from + 80))
    return { runs: sliceRuns(source.runs, from, source.from), ...(hard && { hard }) }
  }
}

function printedRuns(element: ScriptElement | undefined): readonly Run[] {
  if (!element || !('text' in element)) return []
  const shown = parseRuns(element.text)
  if (element.type === 'parenthetical') return [{ text: '(' }, ...shown, { text: ')' }]
  const capitals = element.type === 'scene_heading' || element.type === 'transition'
  return capitals ? shown.map((run) => ({ ...run, text: run.text.toUpperCase() })) : shown
}

function hasStyle(run: Run): boolean {
  return run.bold === true || run.italic === true || run.underline === true
}

function sliceRuns(given: readonly Run[], from: number, to: number): readonly Run[] {
  let at = 0
  return given.flatMap((run) => {
    const start = at
    at += run.text.length
    const text = run.text.slice(Math.max(0, from - start), Math.max(0, to - start))
    return text === '' ? [] : [{ ...run, text }]
  })
}
