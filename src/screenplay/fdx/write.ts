import { breakdown } from '../breakdown.ts'
import { type Run, runs } from '../inline.ts'
import { LINES_PER_PAGE, type PageOptions } from '../paginate.ts'
import { titleLines } from '../title-page.ts'
import type { Element, Script } from '../types.ts'
import { keep } from './kept.ts'
import { elementsOf, type Paragraph, paragraphOf } from './paragraph.ts'
import { settings } from './settings.ts'
import { type FdxTag, type TaggedRun, tagData, withTags } from './tags.ts'
import { escapeXml } from './xml.ts'

export interface FdxOptions extends PageOptions {
  /** What of the script a production has to provide: each marks the first place of its text in its element. */
  readonly tags?: readonly FdxTag[]
}

/**
 * A script as Final Draft's own file. Lengths and pages of scenes are those of `breakdown`. What FDX has no form for (a
 * boneyard, a note inside a text, a mark that only Fountain knows) is kept for `fromFdx` in processing instructions,
 * which other programs pass over.
 */
export function toFdx(script: Script, { tags = [], ...options }: FdxOptions = {}): string {
  const { paper = 'letter', spacing = 'single' } = options
  const body = bodyOf(script, tags, scenesOf(script, options))
  return `<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<FinalDraft DocumentType="Script" Template="No" Version="4">
  <Content>
${body}  </Content>
${settings(paper, spacing)}
${titlePage(script, LINES_PER_PAGE[paper])}${tagData(tags)}</FinalDraft>
`
}

function bodyOf(script: Script, tags: readonly FdxTag[], scenes: ReadonlyMap<number, string>): string {
  const { elements } = script
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
  return xml

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
    return (exact ? '' : keep({ element })) + print(paragraph, withTags(paragraph.runs, tags, at), scenes.get(at))
  }

  function print(paragraph: Paragraph, marked: readonly TaggedRun[], scene: string | undefined): string {
    const { type, number, centered } = paragraph
    const attributes =
      ` Type="${type}"` +
      (number === undefined ? '' : ` Number="${escapeXml(number)}"`) +
      (centered ? ' Alignment="Center"' : '') +
      (newPage ? NEW_PAGE : '')
    newPage = false
    return `    <Paragraph${attributes}>\n${scene ?? ''}${texts(marked)}    </Paragraph>\n`
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

function texts(marked: readonly TaggedRun[]): string {
  if (marked.length === 0) return '      <Text/>\n'
  return marked.map((run) => `      <Text${styleOf(run)}>${escapeXml(run.text)}</Text>\n`).join('')
}

function styleOf({ bold, italic, underline, tag }: TaggedRun): string {
  const style = [bold && 'Bold', italic && 'Italic', underline && 'Underline'].filter(Boolean).join('+')
  return (style === '' ? '' : ` Style="${style}"`) + (tag === undefined ? '' : ` TagNumber="${tag}"`)
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
    const marked: readonly Run[] = runs(line?.text ?? '')
    return `      <Paragraph Alignment="${align}" FirstIndent="0.00" Leading="Regular" LeftIndent="1.00" RightIndent="7.50" SpaceBefore="0" Spacing="1" StartsNewPage="No">\n  ${texts(marked).replaceAll('\n  ', '\n    ')}      </Paragraph>\n`
  })
  return `  <TitlePage>\n    <Content>\n${keep({ titlePage: script.titlePage })}${paragraphs.join('')}    </Content>\n  </TitlePage>\n`
}
