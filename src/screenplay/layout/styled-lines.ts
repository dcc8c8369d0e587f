import type { Run } from '../emphasis.ts'
import type { Script } from '../types.ts'
import type { Page, PageLine } from './paginate.ts'
import { printedRuns } from './printed-text.ts'

/** A line of a page with its styles; the texts of its runs make the line's text. */
export interface StyledLine extends PageLine {
  readonly runs: readonly Run[]
  /** The writer ended the line here, not the layout. */
  readonly hard?: true
}

/** The lines of every page with the styles of their elements. Lines that the layout adds, such as cues, are plain. */
export function styleLines(script: Script, pages: readonly Page[]): readonly (readonly StyledLine[])[] {
  const sources = new Map<number, Source>()
  return pages.map(({ lines }) => lines.map((line) => ({ ...line, ...stylesOf(line) })))

  function stylesOf({ element, text, from, to }: PageLine): Pick<StyledLine, 'runs' | 'hard'> {
    if (from === undefined || to === undefined) return { runs: [{ text }] }
    let source = sources.get(element)
    if (!source) {
      const runs = printedRuns(script.elements[element])
      source = { runs, text: runs.map((run) => run.text).join(''), index: 0, start: 0 }
      sources.set(element, source)
    }
    const hard = /^[^\S\n]*\n/.test(source.text.slice(to, to + 80))
    return { runs: sliceRuns(source, from, to), ...(hard && { hard }) }
  }
}

/** The runs of an element, and the run that the next line begins in with its offset: lines come in order. */
interface Source {
  readonly runs: readonly Run[]
  readonly text: string
  index: number
  start: number
}

function sliceRuns(source: Source, from: number, to: number): readonly Run[] {
  const sliced: Run[] = []
  if (from < source.start) [source.index, source.start] = [0, 0]
  for (let run = source.runs[source.index]; run; run = source.runs[source.index]) {
    const text = run.text.slice(Math.max(0, from - source.start), Math.max(0, to - source.start))
    if (text !== '') sliced.push({ ...run, text })
    if (source.start + run.text.length > to) break
    source.start += run.text.length
    source.index += 1
  }
  return sliced
}
