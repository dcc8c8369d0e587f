import { breakdown } from '../breakdown.ts'
import { parseRuns } from '../emphasis.ts'
import { countPageLines, type PageOptions } from '../layout/paginate.ts'
import { layOutTitlePage } from '../layout/title-page.ts'
import { continuesSpeech } from '../speech.ts'
import { tagsOf } from '../tags.ts'
import type { Script, ScriptElement } from '../types.ts'
import { type ElementSettings, readElementSettings } from './element-settings.ts'
import { writeRoundTripData } from './extensions.ts'
import { type Paragraph, toElements, toParagraph } from './paragraph.ts'
import { capitalize, readBody } from './read.ts'
import { writeSettings } from './settings.ts'
import { type TagDefinition, writeTagData } from './tag-data.ts'
import { type TaggedRun, toTagDefinition } from './tags.ts'
import { childElements, escapeXml, readXml, writeXml, type XmlElement } from './xml.ts'

/**
 * A script as a Final Draft file. Lengths and pages of scenes are those of `breakdown`. Processing instructions keep for
 * `fromFdx` what FDX has no form for (a boneyard, a mark that only Fountain knows); other programs ignore them. A script
 * that was read from FDX keeps its settings, and its paragraphs while their text is unchanged.
 */
export function toFdx(script: Script, options: PageOptions = {}): string {
  const paper = options.paper ?? script.setup?.paper ?? 'letter'
  const spacing = options.spacing ?? script.setup?.spacing ?? 'single'
  const isAsRead = paper === (script.setup?.paper ?? 'letter') && spacing === (script.setup?.spacing ?? 'single')
  const settings = (isAsRead && script.fdx?.settings.join('\n')) || writeSettings(paper, spacing)
  const elementSettings = readElementSettings(childElements(readXml(`<Settings>${settings}</Settings>`)))
  const { body, spans } = writeBody(script, writeSceneProperties(script, options), elementSettings)
  const definitions = script.elements.flatMap((element) => tagsOf(element).map(toTagDefinition))
  return `<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<FinalDraft DocumentType="Script" Template="No" Version="4">
  <Content>
${body}  </Content>
${settings}
${writeTitlePage(script, countPageLines(script, options))}${writeTagData(definitions, spans)}</FinalDraft>
`
}

/** The paragraphs, and the tags of every text that is tagged, the first being number 1. */
function writeBody(
  script: Script,
  scenes: ReadonlyMap<number, string>,
  settings: ElementSettings,
): { body: string; spans: (readonly TagDefinition[])[] } {
  const { elements } = script
  const spans: (readonly TagDefinition[])[] = []
  const xml: string[] = []
  let inSpeech = false
  let startsNewPage = false
  for (let at = 0; at < elements.length; ) {
    const end = elements[at]?.type === 'character' ? findSpeechEnd(elements, at) : at
    const second = elements[end]
    if (end > at && second?.type === 'character' && second.dual) {
      const last = findSpeechEnd(elements, end)
      const outer = startsNewPage ? NEW_PAGE : ''
      startsNewPage = false
      xml.push(`    <Paragraph Type="General"${outer}>\n      <DualDialogue>\n`)
      while (at < last) at += writeElement(at, at === end)
      xml.push('      </DualDialogue>\n    </Paragraph>\n')
    } else {
      at += writeElement(at, false)
    }
  }
  return { body: xml.join(''), spans }

  /** Writes an element, or those that were read from the same paragraphs, and returns how many. */
  function writeElement(at: number, dual: boolean): number {
    const { at: _lines, ...element } = elements[at] as ScriptElement
    const kept = keptParagraphs(at, dual)
    if (kept) {
      for (const node of kept.nodes) xml.push(`    ${writeXml(withPageStart(node))}\n`)
      for (let index = at; index < at + kept.count; index++) {
        inSpeech = continuesSpeech(elements[index] as ScriptElement, inSpeech, elements[index - 1])
      }
      return kept.count
    }
    const paragraph = toParagraph(element)
    const next = elements[at + 1]
    if (!paragraph) {
      inSpeech = false
      const asAttribute = element.type === 'page_break' && next !== undefined && toParagraph(next) !== undefined
      if (asAttribute) startsNewPage = true
      else xml.push(writeRoundTripData({ element }))
      return 1
    }
    const { fdx: _xml, ...plain } = element as Exclude<typeof element, { readonly type: 'page_break' }>
    const read = toElements(capitalize(paragraph, settings), inSpeech, dual)
    const before = elements[at - 1]?.type
    const merges = before === element.type && (before === 'dialogue' || before === 'lyrics')
    const isLossless = !merges && read.length === 1 && isSameElement(read[0], plain)
    inSpeech = continuesSpeech(element, inSpeech, elements[at - 1])
    if (!isLossless) xml.push(writeRoundTripData({ element: plain }))
    xml.push(writeParagraph(paragraph, scenes.get(at)))
    return 1
  }

  /** The paragraphs that an element was read from, where they still say the same. */
  function keptParagraphs(at: number, dual: boolean) {
    const source = elements[at]?.fdx
    if (source === undefined) return undefined
    const nodes = readKept(source)
    if (!nodes) return undefined
    const read = readBody(nodes, { definitions: new Map(), settings, inSpeech, dual }).filter(
      ({ type }) => type !== 'page_break',
    )
    const isSame = read.length > 0 && read.every((one, index) => isSameText(one, elements[at + index]))
    return isSame ? { nodes, count: read.length } : undefined
  }

  /** The paragraph with the page break that the script has above it. */
  function withPageStart(node: XmlElement): XmlElement {
    const { StartsNewPage: start, ...attributes } = node.attributes
    const byKind = settings.startsPage.has((attributes['Type'] ?? '').toLowerCase())
    const isAsRead = byKind || (start === 'Yes') === startsNewPage
    const starts = startsNewPage
    startsNewPage = false
    if (isAsRead) return node
    return { ...node, attributes: starts ? { ...attributes, StartsNewPage: 'Yes' } : attributes }
  }

  function writeParagraph(paragraph: Paragraph, scene: string | undefined): string {
    const { type, number, centered, runs, spans: paragraphSpans } = paragraph
    const numbered = writeTexts(runs, spans.length + 1)
    for (const span of paragraphSpans) spans.push(span)
    const attributes =
      ` Type="${type}"` +
      (number === undefined ? '' : ` Number="${escapeXml(number)}"`) +
      (centered ? ' Alignment="Center"' : '') +
      (startsNewPage ? NEW_PAGE : '')
    startsNewPage = false
    return `    <Paragraph${attributes}>\n${scene ?? ''}${numbered}    </Paragraph>\n`
  }
}

/** The elements of kept XML; undefined: it is damaged. */
function readKept(source: string): readonly XmlElement[] | undefined {
  try {
    return childElements(readXml(`<Kept>${source}</Kept>`))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Whether an element is as it was read, but for its place, its tags and what is kept of it. */
function isSameText(read: ScriptElement, element: ScriptElement | undefined): boolean {
  if (!element) return false
  const plain = (one: ScriptElement): object => ({ ...one, at: undefined, fdx: undefined, tags: undefined })
  return tagsOf(element).length === 0 && isSameElement(plain(read) as ScriptElement, plain(element) as ScriptElement)
}

const NEW_PAGE = ' StartsNewPage="Yes"'

/** The index of the element after the speech that begins at a cue. */
function findSpeechEnd(elements: readonly ScriptElement[], at: number): number {
  let end = at + 1
  for (let next = elements[end]; next && next.type !== 'character'; next = elements[end]) {
    if (!continuesSpeech(next, true, elements[end - 1])) break
    end += 1
  }
  return end
}

function isSameElement(one: ScriptElement | undefined, other: ScriptElement): boolean {
  const serialize = (element: object | undefined): string => JSON.stringify(Object.entries(element ?? {}).sort())
  return serialize(one) === serialize(other)
}

/** The texts of a paragraph; `firstTagNumber` is the number of its first tagged text. */
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
  const placed = lines.map((line) => ({ ...line, row: line.page * rows + line.row }))
  const last = placed.at(-1)?.row ?? -1
  const paragraphs = Array.from({ length: last + 1 }, (_, row) => {
    const line = placed.find((each) => each.row === row)
    const align = line?.align === 'center' ? 'Center' : 'Left'
    return `      <Paragraph Alignment="${align}" FirstIndent="0.00" Leading="Regular" LeftIndent="1.00" RightIndent="7.50" SpaceBefore="0" Spacing="1" StartsNewPage="No">\n  ${writeTexts(parseRuns(line?.text ?? ''), 1).replaceAll('\n  ', '\n    ')}      </Paragraph>\n`
  })
  return `  <TitlePage>\n    <Content>\n${writeRoundTripData({ titlePage: script.titlePage })}${paragraphs.join('')}    </Content>\n  </TitlePage>\n`
}
