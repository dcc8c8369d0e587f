import { breakdown } from '../breakdown.ts'
import { runs } from '../inline.ts'
import { LINES_PER_PAGE, type PageOptions } from '../paginate.ts'
import { tagsOf } from '../tags.ts'
import { titleLines } from '../title-page.ts'
import type { Element, Script } from '../types.ts'
import { keep } from './kept.ts'
import { elementsOf, type Paragraph, paragraphOf } from './paragraph.ts'
import { settings } from './settings.ts'
import { type Thing, tagData } from './tag-data.ts'
import { type TaggedRun, thingOf } from './tags.ts'
import { escapeXml } from './xml.ts'

/**
 * A script as Final Draft's own file. Lengths and pages of scenes are those of `breakdown`. What FDX has no form for (a
 * boneyard, a note inside a text, a mark that only Fountain knows) is kept for `fromFdx` in processing instructions,
 * which other programs pass over.
 */
export function toFdx(script: Script, options: PageOptions = {}): string {
  const { paper = 'letter', spacing = 'single' } = options
  const { body, marks } = bodyOf(script, scenesOf(script, options))
  const things = script.elements.flatMap((element) => tagsOf(element).map(thingOf))
  return `<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<FinalDraft DocumentType="Script" Template="No" Version="4">
  <Content>
${body}  </Content>
${settings(paper, spacing)}
${titlePage(script, LINES_PER_PAGE[paper])}${tagData(things, marks)}</FinalDraft>
`
}

/** The paragraphs, and what every text of them that is tagged names, the first being number 1. */
function bodyOf(script: Script, scenes: ReadonlyMap<number, string>): { body: string; marks: (readonly Thing[])[] } {
  const { elements } = script
  const marks: (readonly Thing[])[] = []
  let xml = ''
  let speaks = false
  let newPage = false
  for (let at = 0; at < elements.length; at++) {
    const second = elements[speechEnd(elements, at)]
    if (elements[at]?.type === 'character' && second?.type === 'character' && second.dual) {
      const last = speechEnd(elements, speechEnd(elements, at))
      const start = at
      let inner = ''
      const outer = newPage ? NEW_PAGE : ''
      newPage = false
      for (; at < last; at++) inner += one(at, at === start ? false : at === speechEnd(elements, start))
      at -= 1
      xml += `    <Paragraph${outer}>\n      <DualDialogue>\n${inner}      </DualDialogue>\n    </Paragraph>\n`
    } else {
      xml += one(at, false)
    }
  }
  return { body: xml, marks }

  function one(at: number, dual: boolean): string {
    const { at: _lines, ...element } = elements[at] as Element
    const paragraph = paragraphOf(element)
    const next = elements[at + 1]
    if (!paragraph) {
      speaks = false
      const told = element.type === 'page_break' && next !== undefined && paragraphOf(next) !== undefined
      if (told) newPage = true
      return told ? '' : keep({ element })
    }
    const read = elementsOf(paragraph, speaks, dual)
    const merges = element.type === 'dialogue' && elements[at - 1]?.type === 'dialogue'
    const exact = !merges && read.length === 1 && sameElement(read[0], element)
    speaks = goesOn(element, speaks)
    return (exact ? '' : keep({ element })) + print(paragraph, scenes.get(at))
  }

  function print(paragraph: Paragraph, scene: string | undefined): string {
    const { type, number, centered, runs, stretches } = paragraph
    const numbered = texts(runs, marks.length + 1)
    marks.push(...stretches)
    const attributes =
      ` Type="${type}"` +
      (number === undefined ? '' : ` Number="${escapeXml(number)}"`) +
      (centered ? ' Alignment="Center"' : '') +
      (newPage ? NEW_PAGE : '')
    newPage = false
    return `    <Paragraph${attributes}>\n${scene ?? ''}${numbered}    </Paragraph>\n`
  }
}

const NEW_PAGE = ' StartsNewPage="Yes"'

/** May a speech go on after an element? */
export function goesOn({ type }: Element, speaks: boolean): boolean {
  return type === 'character' || (speaks && (type === 'dialogue' || type === 'parenthetical' || type === 'lyrics'))
}

/** Where the speech that begins at a cue is over. */
function speechEnd(elements: readonly Element[], at: number): number {
  let end = at + 1
  for (let next = elements[end]; next && next.type !== 'character' && goesOn(next, true); next = elements[end]) end += 1
  return end
}

function sameElement(one: Element | undefined, other: Element): boolean {
  const sorted = (element: object | undefined): string => JSON.stringify(Object.entries(element ?? {}).sort())
  return sorted(one) === sorted(other)
}

/** `first` is the number of the first stretch that is tagged. */
function texts(runs: readonly TaggedRun[], first: number): string {
  if (runs.length === 0) return '      <Text/>\n'
  return runs.map((run) => `      <Text${attributesOf(run, first)}>${escapeXml(run.text)}</Text>\n`).join('')
}

function attributesOf({ bold, italic, underline, stretch }: TaggedRun, first: number): string {
  const style = [bold && 'Bold', italic && 'Italic', underline && 'Underline'].filter(Boolean).join('+')
  const number = stretch === undefined ? '' : ` TagNumber="${first + stretch}"`
  return (style === '' ? '' : ` Style="${style}"`) + number
}

function scenesOf(script: Script, options: PageOptions): ReadonlyMap<number, string> {
  return new Map(
    breakdown(script, options).map(({ element, eighths, page }) => {
      return [element, `      <SceneProperties Length="${lengthOf(eighths)}" Page="${page}" Title=""/>\n`]
    }),
  )
}

/** `3/8`, `2`, `1 5/8`. */
function lengthOf(eighths: number): string {
  const [whole, rest] = [Math.floor(eighths / 8), eighths % 8]
  return [...(whole > 0 ? [whole] : []), ...(rest > 0 ? [`${rest}/8`] : [])].join(' ')
}

function titlePage(script: Script, rows: number): string {
  if (script.titlePage.length === 0) return ''
  const lines = titleLines(script, rows)
  const last = lines.at(-1)?.row ?? -1
  const paragraphs = Array.from({ length: last + 1 }, (_, row) => {
    const line = lines.find((each) => each.row === row)
    const align = line?.align === 'center' ? 'Center' : 'Left'
    return `      <Paragraph Alignment="${align}" FirstIndent="0.00" Leading="Regular" LeftIndent="1.00" RightIndent="7.50" SpaceBefore="0" Spacing="1" StartsNewPage="No">\n  ${texts(runs(line?.text ?? ''), 1).replaceAll('\n  ', '\n    ')}      </Paragraph>\n`
  })
  return `  <TitlePage>\n    <Content>\n${keep({ titlePage: script.titlePage })}${paragraphs.join('')}    </Content>\n  </TitlePage>\n`
}
