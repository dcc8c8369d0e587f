import { parseRuns, printRuns, type Run } from '../emphasis.ts'
import { LINES_PER_PAGE } from '../layout/paginate.ts'
import { layOutTitlePage } from '../layout/title-page.ts'
import type { Script, ScriptElement, TitleEntry } from '../types.ts'
import { readRoundTripData } from './extensions.ts'
import { isSameParagraph, type Paragraph, toElements, toParagraph } from './paragraph.ts'
import { readTagData, type TagDefinition } from './tag-data.ts'
import { joinDialogue, type TaggedRun, type TaggedText } from './tags.ts'
import { continuesSpeech } from './write.ts'
import {
  childElements as childrenOf,
  isXmlElement,
  readXml,
  replaceIllegalCharacters,
  type XmlElement,
  type XmlNode,
} from './xml.ts'

/**
 * Reads a Final Draft script. Kinds of paragraph that Fountain has no word for become action, or centred where they are
 * printed so; notes of the writer become `[[notes]]`. Throws `SyntaxError`, saying why, for what is no such file.
 */
export function fromFdx(xml: string): Script {
  const root = readXml(xml)
  const content = childrenOf(root, 'Content')[0]
  if (root.name !== 'FinalDraft' || !content) {
    throw new SyntaxError(
      `This is no Final Draft script: it is <${root.name}>, without <FinalDraft> and its <Content>.`,
    )
  }
  const page = childrenOf(root, 'TitlePage').flatMap((each) => childrenOf(each, 'Content'))[0]
  return {
    titlePage: page ? readTitlePage(page.children) : [],
    elements: readBody(content.children, readTagData(root)),
  }
}

function readBody(nodes: readonly XmlNode[], definitions: DefinitionsByTagNumber): readonly ScriptElement[] {
  const elements: ScriptElement[] = []
  const verbatim = new Set<ScriptElement>()
  let original: ScriptElement | undefined
  let inSpeech = false
  for (const node of nodes) read(node, false)
  return normalizeElements(elements, verbatim)

  function read(node: XmlNode, dual: boolean): void {
    if (typeof node === 'string') return
    if (!isXmlElement(node)) {
      // An element that has no paragraph stands for itself; any other is held against the paragraph that follows.
      const element = readRoundTripData(node)?.element
      if (element && !toParagraph(element)) add(element, true)
      else original = element
      return
    }
    if (node.name !== 'Paragraph') return
    if (node.attributes['StartsNewPage'] === 'Yes') add({ type: 'page_break' }, true)
    for (const pair of childrenOf(node, 'DualDialogue')) {
      let cues = 0
      for (const inner of pair.children) {
        if (isXmlElement(inner) && inner.attributes['Type'] === 'Character') cues += 1
        read(inner, cues > 1)
      }
    }
    const paragraph = readParagraph(node, definitions)
    if (childrenOf(node, 'DualDialogue').length > 0 && paragraph.runs.length === 0) return
    const originalParagraph = original && toParagraph(original)
    if (original && originalParagraph && isSameParagraph(originalParagraph, paragraph)) add(original, true)
    else for (const element of toElements(paragraph, inSpeech, dual)) add(element, false)
    original = undefined
  }

  function add(element: ScriptElement, isVerbatim: boolean): void {
    elements.push(element)
    if (isVerbatim) verbatim.add(element)
    inSpeech = continuesSpeech(element, inSpeech)
  }
}

/** What the numbers of tagged texts mean. */
type DefinitionsByTagNumber = ReadonlyMap<string, readonly TagDefinition[]>

function readParagraph(node: XmlElement, definitions: DefinitionsByTagNumber): Paragraph {
  const { Type: type = 'Action', Number: number, Alignment: alignment } = node.attributes
  const centered = alignment === 'Center' && /^(?:Action|General)$/.test(type)
  const runs = node.children.filter(isXmlElement).flatMap((child): readonly NumberedRun[] => {
    if (child.name === 'Text') return [readRun(child)]
    return child.name === 'ScriptNote' ? [{ text: ` [[${xmlText(child).trim()}]]` }] : []
  })
  return {
    type,
    ...(number !== undefined && number !== '' && { number }),
    ...(centered && { centered }),
    ...toTaggedText(
      restoreLineBreaks(runs).filter((run) => run.text !== ''),
      definitions,
    ),
  }
}

/** An empty text between two others is where a line was broken. */
function restoreLineBreaks(runs: readonly NumberedRun[]): readonly NumberedRun[] {
  const first = runs.findIndex((run) => run.text !== '')
  const last = runs.findLastIndex((run) => run.text !== '')
  return runs.map((run, at) => (run.text === '' && at > first && at < last ? { ...run, text: '\n' } : run))
}

/** Neighbours with one number of a tag that is known are one stretch. */
function toTaggedText(runs: readonly NumberedRun[], definitions: DefinitionsByTagNumber): TaggedText {
  const spans: (readonly TagDefinition[])[] = []
  let last: string | undefined
  const taggedRuns = runs.map(({ tag, ...run }): TaggedRun => {
    const tagged = tag === undefined ? undefined : definitions.get(tag)
    if (tagged && tag !== last) spans.push(tagged)
    last = tagged && tag
    return tagged ? { ...run, spanIndex: spans.length - 1 } : run
  })
  return { runs: taggedRuns, spans }
}

/** As the file has it: the number of its tag, not yet what that means. */
type NumberedRun = Run & { readonly tag?: string }

function readRun(node: XmlElement): NumberedRun {
  const tag = node.attributes['TagNumber']
  const style = (node.attributes['Style'] ?? '').split('+')
  const text = node.children.map((child) => (typeof child === 'string' ? child : '')).join('')
  return {
    text: style.includes('AllCaps') ? text.toUpperCase() : text,
    ...(style.includes('Bold') && { bold: true }),
    ...(style.includes('Italic') && { italic: true }),
    ...(style.includes('Underline') && { underline: true }),
    ...(tag !== undefined && { tag }),
  }
}

function xmlText(node: XmlNode): string {
  if (typeof node === 'string') return node
  return isXmlElement(node) ? node.children.map(xmlText).join('') : ''
}

/** Joins what one speech has in several paragraphs, and drops empty ones at the edges. */
function normalizeElements(
  elements: readonly ScriptElement[],
  verbatim: ReadonlySet<ScriptElement>,
): readonly ScriptElement[] {
  const merged: ScriptElement[] = []
  let lastIsMergeable = false
  for (const element of elements) {
    const last = merged.at(-1)
    const isMergeable = element.type === 'dialogue' && !verbatim.has(element)
    if (isMergeable && lastIsMergeable && last?.type === 'dialogue') merged.splice(-1, 1, joinDialogue(last, element))
    else merged.push(element)
    lastIsMergeable = isMergeable
  }
  const trimmed = merged.flatMap((element): readonly ScriptElement[] => {
    if (element.type !== 'dialogue' || verbatim.has(element)) return [element]
    const text = element.text.replace(/^\n+|\n+$/g, '')
    return text === '' ? [] : [{ ...element, text }]
  })
  const isBlank = (element: ScriptElement): boolean =>
    element.type === 'action' && element.text === '' && !verbatim.has(element)
  const first = trimmed.findIndex((element) => !isBlank(element))
  return first < 0 ? [] : trimmed.slice(first, trimmed.findLastIndex((element) => !isBlank(element)) + 1)
}

/** A title page is free text: who wrote what is told from the words and the place on the page. */
function readTitlePage(nodes: readonly XmlNode[]): readonly TitleEntry[] {
  const lines = nodes.filter(isXmlElement).map((node) => ({
    centered: node.attributes['Alignment'] === 'Center',
    text: printRuns(readParagraph(node, new Map()).runs).trim(),
  }))
  const shown = lines.map(({ text }) => text).filter((text) => text !== '')
  const original = nodes.map(readRoundTripData).find((each) => each?.titlePage)?.titlePage
  if (original && isShownAs(original, shown)) return original
  const entries: { key: string; values: string[] }[] = []
  const add = (key: string, value: string): void => {
    const entry = entries.find((each) => each.key === key)
    if (entry) entry.values.push(value)
    else entries.push({ key, values: [value] })
  }
  for (const { centered, text } of lines) if (text !== '') add(guessTitleKey(text, centered, entries), text)
  return entries
}

function guessTitleKey(text: string, centered: boolean, before: readonly TitleEntry[]): string {
  if (/^(?:copyright|©|\(c\))/i.test(text)) return 'Copyright'
  if (!centered) return /\bdraft\b|^\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}$/i.test(text) ? 'Draft date' : 'Contact'
  if (!before.some(({ key }) => key === 'Title')) return 'Title'
  if (/^(?:based (?:up)?on|adapted from|from the)\b/i.test(text)) return 'Source'
  if (/\bby:?$/i.test(text) || text === '&') return 'Credit'
  return before.some(({ key }) => key === 'Source')
    ? 'Source'
    : before.some(({ key }) => key === 'Credit')
      ? 'Author'
      : 'Title'
}

function isShownAs(titlePage: readonly TitleEntry[], shown: readonly string[]): boolean {
  const texts = layOutTitlePage({ titlePage, elements: [] }, LINES_PER_PAGE.letter).map(({ text }) =>
    printRuns(parseRuns(text).map((run) => ({ ...run, text: replaceIllegalCharacters(run.text) }))).trim(),
  )
  return JSON.stringify(texts.filter((text) => text !== '')) === JSON.stringify(shown)
}
