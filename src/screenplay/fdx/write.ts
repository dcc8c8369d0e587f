import { breakdown } from '../breakdown.ts'
import { parseRuns } from '../emphasis.ts'
import { LINES_PER_PAGE, type PageOptions } from '../layout/paginate.ts'
import { layOutTitlePage } from '../layout/title-page.ts'
import { tagsOf } from '../tags.ts'
import type { Script, ScriptElement } from '../types.ts'
import { writeRoundTripData } from './extensions.ts'
import { type Paragraph, toElements, toParagraph } from './paragraph.ts'
import { writeSettings } from './settings.ts'
import { type TagDefinition, writeTagData } from './tag-data.ts'
import { type TaggedRun, toTagDefinition } from './tags.ts'
import { escapeXml } from './xml.ts'

/**
 * A script as Final Draft's own file. Lengths and pages of scenes are those of `breakdown`. What FDX has no form for (a
 * boneyard, a note inside a text, a mark that only Fountain knows) is kept for `fromFdx` in processing instructions,
 * which other programs pass over.
 */
export function toFdx(script: Script, options: PageOptions = {}): string {
  const { paper = 'letter', spacing = 'single' } = options
  const { body, spans } = writeBody(script, writeSceneProperties(script, options))
  const definitions = script.elements.flatMap((element) => tagsOf(element).map(toTagDefinition))
  return `<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<FinalDraft DocumentType="Script" Template="No" Version="4">
  <Content>
${body}  </Content>
${writeSettings(paper, spacing)}
${writeTitlePage(script, LINES_PER_PAGE[paper])}${writeTagData(definitions, spans)}</FinalDraft>
`
}

/** The paragraphs, and what every text of them that is tagged names, the first being number 1. */
function writeBody(
  script: Script,
  scenes: ReadonlyMap<number, string>,
): { body: string; spans: (readonly TagDefinition[])[] } {
  const { elements } = script
  const spans: (readonly TagDefinition[])[] = []
  let xml = ''
  let inSpeech = false
  let startsNewPage = false
  for (let at = 0; at < elements.length; at++) {
    const second = elements[findSpeechEnd(elements, at)]
    if (elements[at]?.type === 'character' && second?.type === 'character' && second.dual) {
      const last = findSpeechEnd(elements, findSpeechEnd(elements, at))
      const start = at
      let inner = ''
      const outer = startsNewPage ? NEW_PAGE : ''
      startsNewPage = false
      for (; at < last; at++) inner += writeElement(at, at === start ? false : at === findSpeechEnd(elements, start))
      at -= 1
      xml += `    <Paragraph${outer}>\n      <DualDialogue>\n${inner}      </DualDialogue>\n    </Paragraph>\n`
    } else {
      xml += writeElement(at, false)
    }
  }
  return { body: xml, spans }

  function writeElement(at: number, dual: boolean): string {
    const { at: _lines, ...element } = elements[at] as ScriptElement
    const paragraph = toParagraph(element)
    const next = elements[at + 1]
    if (!paragraph) {
      inSpeech = false
      const asAttribute = element.type === 'page_break' && next !== undefined && toParagraph(next) !== undefined
      if (asAttribute) startsNewPage = true
      return asAttribute ? '' : writeRoundTripData({ element })
    }
    const read = toElements(paragraph, inSpeech, dual)
    const merges = element.type === 'dialogue' && elements[at - 1]?.type === 'dialogue'
    const isLossless = !merges && read.length === 1 && isSameElement(read[0], element)
    inSpeech = continuesSpeech(element, inSpeech)
    return (isLossless ? '' : writeRoundTripData({ element })) + writeParagraph(paragraph, scenes.get(at))
  }

  function writeParagraph(paragraph: Paragraph, scene: string | undefined): string {
    const { type, number, centered, runs, spans: paragraphSpans } = paragraph
    const numbered = writeTexts(runs, spans.length + 1)
    spans.push(...paragraphSpans)
    const attributes =
      ` Type="${type}"` +
      (number === undefined ? '' : ` Number="${escapeXml(number)}"`) +
      (centered ? ' Alignment="Center"' : '') +
      (startsNewPage ? NEW_PAGE : '')
    startsNewPage = false
    return `    <Paragraph${attributes}>\n${scene ?? ''}${numbered}    </Paragraph>\n`
  }
}

const NEW_PAGE = ' StartsNewPage="Yes"'

/** May a speech go on after an element? */
export function continuesSpeech({ type }: ScriptElement, inSpeech: boolean): boolean {
  return type === 'character' || (inSpeech && (type === 'dialogue' || type === 'parenthetical' || type === 'lyrics'))
}

/** Where the speech that begins at a cue is over. */
function findSpeechEnd(elements: readonly ScriptElement[], at: number): number {
  let end = at + 1
  for (let next = elements[end]; next && next.type !== 'character' && continuesSpeech(next, true); next = elements[end])
    end += 1
  return end
}

function isSameElement(one: ScriptElement | undefined, other: ScriptElement): boolean {
  const serialize = (element: object | undefined): string => JSON.stringify(Object.entries(element ?? {}).sort())
  return serialize(one) === serialize(other)
}

/** `first` is the number of the first stretch that is tagged. */
function writeTexts(runs: readonly TaggedRun[], firstTagNumber: number): string {
  if (runs.length === 0) return '      <Text/>\n'
  return runs.map((run) => `      <Text${textAttributes(run, firstTagNumber)}>${escapeXml(run.text)}</Text>\n`).join('')
}

function textAttributes({ bold, italic, underline, spanIndex }: TaggedRun, firstTagNumber: number): string {
  const style = [bold && 'Bold', italic && 'Italic', underline && 'Underline'].filter(Boolean).join('+')
  const number = spanIndex === undefined ? '' : ` TagNumber="${firstTagNumber + spanIndex}"`
  return (style === '' ? '' : ` Style="${style}"`) + number
}

function writeSceneProperties(script: Script, options: PageOptions): ReadonlyMap<number, string> {
  return new Map(
    breakdown(script, options).map(({ element, eighths, page }) => {
      return [element, `      <SceneProperties Length="${formatEighths(eighths)}" Page="${page}" Title=""/>\n`]
    }),
  )
}

/** `3/8`, `2`, `1 5/8`. */
function formatEighths(eighths: number): string {
  const [whole, rest] = [Math.floor(eighths / 8), eighths % 8]
  return [...(whole > 0 ? [whole] : []), ...(rest > 0 ? [`${rest}/8`] : [])].join(' ')
}

function writeTitlePage(script: Script, rows: number): string {
  if (script.titlePage.length === 0) return ''
  const lines = layOutTitlePage(script, rows)
  const last = lines.at(-1)?.row ?? -1
  const paragraphs = Array.from({ length: last + 1 }, (_, row) => {
    const line = lines.find((each) => each.row === row)
    const align = line?.align === 'center' ? 'Center' : 'Left'
    return `      <Paragraph Alignment="${align}" FirstIndent="0.00" Leading="Regular" LeftIndent="1.00" RightIndent="7.50" SpaceBefore="0" Spacing="1" StartsNewPage="No">\n  ${writeTexts(parseRuns(line?.text ?? ''), 1).replaceAll('\n  ', '\n    ')}      </Paragraph>\n`
  })
  return `  <TitlePage>\n    <Content>\n${writeRoundTripData({ titlePage: script.titlePage })}${paragraphs.join('')}    </Content>\n  </TitlePage>\n`
}
