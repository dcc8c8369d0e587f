import { parseRuns, printRuns, type Run } from '../emphasis.ts'
import { printFountain } from '../fountain/print.ts'
import { LINES_PER_PAGE } from '../layout/paginate.ts'
import { layOutTitlePage } from '../layout/title-page.ts'
import { continuesSpeech } from '../speech.ts'
import type { FdxRest, Script, ScriptElement, TitleEntry } from '../types.ts'
import { type ElementSettings, readElementSettings } from './element-settings.ts'
import { readRoundTripData } from './extensions.ts'
import { hasTagNumbers, holdsMore, omittedParagraphs, summaryOf, textOf } from './kept-xml.ts'
import { isSameParagraph, type Paragraph, toElements, toParagraph } from './paragraph.ts'
import { isOwnSettings } from './settings.ts'
import { readTagData, type TagDefinition } from './tag-data.ts'
import { joinDialogue, type TaggedRun, type TaggedText } from './tags.ts'
import {
  childElements as childrenOf,
  isXmlElement,
  readXml,
  replaceIllegalCharacters,
  writeXml,
  type XmlElement,
  type XmlNode,
} from './xml.ts'

/**
 * Reads a Final Draft script. Kinds of paragraph that Fountain has no word for become action, or centred where they are
 * printed so; notes of the writer and struck words become `[[notes]]`, a summary becomes a synopsis, an omitted scene a
 * boneyard. Text that Final Draft shows in capitals is in capitals. The rest of the file is kept in `fdx` for `toFdx`.
 * Throws `SyntaxError` with the reason for a text that is no such file.
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
  const rest = childrenOf(root).filter(({ name }) => !['Content', 'TitlePage', 'TagData'].includes(name))
  const settings = readElementSettings(rest)
  const fdx: FdxRest | undefined = isOwnSettings(rest) ? undefined : { settings: rest.map(writeXml) }
  return {
    titlePage: page ? readTitlePage(page.children) : [],
    elements: readBody(content.children, { definitions: readTagData(root), settings }),
    ...(settings.setup && { setup: settings.setup }),
    ...(fdx && { fdx }),
  }
}

export interface BodyContext {
  readonly definitions: DefinitionsByTagNumber
  readonly settings: ElementSettings
  /** Whether a speech continues into the first paragraph. */
  readonly inSpeech?: boolean
  readonly dual?: boolean
}

/** Reads paragraphs into elements; those that hold more than the tree has place for carry it as `fdx`. */
export function readBody(nodes: readonly XmlNode[], context: BodyContext): readonly ScriptElement[] {
  const { definitions, settings } = context
  const elements: ScriptElement[] = []
  const verbatim = new Set<ScriptElement>()
  const sources = new Map<ScriptElement, XmlElement>()
  let original: ScriptElement | undefined
  let inSpeech = context.inSpeech ?? false
  for (const node of nodes) read(node, context.dual ?? false)
  return normalizeElements(elements, verbatim, sources)

  function read(node: XmlNode, dual: boolean): void {
    if (typeof node === 'string') return
    if (!isXmlElement(node)) {
      // An element that has no paragraph is read as it is; any other is compared with the paragraph that follows.
      const element = readRoundTripData(node)?.element
      if (element && !toParagraph(element)) add(element, true)
      else original = element
      return
    }
    if (node.name !== 'Paragraph') return
    const startsPage = settings.startsPage.has((node.attributes['Type'] ?? '').toLowerCase())
    if (node.attributes['StartsNewPage'] === 'Yes' || startsPage) add({ type: 'page_break' }, true)
    for (const pair of childrenOf(node, 'DualDialogue')) {
      let cues = 0
      for (const inner of pair.children) {
        if (isXmlElement(inner) && inner.attributes['Type'] === 'Character') cues += 1
        read(inner, cues > 1)
      }
    }
    const paragraph = readParagraph(node, definitions, settings)
    if (childrenOf(node, 'DualDialogue').length > 0 && paragraph.runs.length === 0) return
    const originalParagraph = original && toParagraph(original)
    if (original && originalParagraph && isSameParagraph(originalParagraph, paragraph)) add(original, true)
    else addParagraph(node, paragraph, dual)
    original = undefined
  }

  function addParagraph(node: XmlElement, paragraph: Paragraph, dual: boolean): void {
    const shown = capitalize(paragraph, settings)
    // Tags are numbered by the writer, so a tagged paragraph is written from the tree.
    const isKept = (holdsMore(node) || shown !== paragraph) && !hasTagNumbers(node)
    const read = [...toElements(shown, inSpeech, dual), ...hiddenElements(node, context)]
    for (const [index, element] of read.entries()) {
      const kept = index === 0 && isKept && !isEmptyAction(element) ? { ...element, fdx: writeXml(node) } : element
      sources.set(kept, node)
      add(kept, false)
    }
  }

  function add(element: ScriptElement, isVerbatim: boolean): void {
    const last = elements.at(-1)
    elements.push(element)
    if (isVerbatim) verbatim.add(element)
    inSpeech = continuesSpeech(element, inSpeech, last)
  }
}

function isEmptyAction(element: ScriptElement): boolean {
  return element.type === 'action' && element.text === ''
}

/** The summary of a scene as a synopsis, and an omitted scene as a boneyard. */
function hiddenElements(node: XmlElement, context: BodyContext): readonly ScriptElement[] {
  const summary = summaryOf(node)
  const omitted = omittedParagraphs(node)
  const text = omitted.length === 0 ? '' : printFountain({ titlePage: [], elements: readBody(omitted, context) })
  return [
    ...(summary === '' ? [] : [{ type: 'synopsis' as const, text: summary }]),
    ...(text === '' || text.includes('*/') ? [] : [{ type: 'boneyard' as const, text: `\n${text}` }]),
  ]
}

/** The paragraph as Final Draft shows it: in capitals where the settings of its kind say so. */
export function capitalize(paragraph: Paragraph, { capitals }: ElementSettings): Paragraph {
  if (!capitals.has(paragraph.type.toLowerCase())) return paragraph
  const runs = paragraph.runs.map((run) => (isNote(run.text) ? run : { ...run, text: run.text.toUpperCase() }))
  return runs.every((run, at) => run.text === paragraph.runs[at]?.text) ? paragraph : { ...paragraph, runs }
}

function isNote(text: string): boolean {
  return text.startsWith(' [[')
}

/** The meaning of the numbers of tagged texts. */
type DefinitionsByTagNumber = ReadonlyMap<string, readonly TagDefinition[]>

/** Notes of the writer and struck words are at the end, so that they leave no gap in the text. */
function readParagraph(node: XmlElement, definitions: DefinitionsByTagNumber, settings: ElementSettings): Paragraph {
  const { Type: type = 'Action', Alignment: alignment } = node.attributes
  const number = node.attributes['Number']?.trim()
  const isCenteredLine = alignment === 'Center' && /^(?:Action|General)$/.test(type)
  const centered = isCenteredLine || settings.centered.has(type.toLowerCase())
  const children = childrenOf(node)
  const isStruck = ({ attributes }: XmlElement): boolean => (attributes['Style'] ?? '').split('+').includes('Strikeout')
  const notes = children.flatMap((child): readonly NumberedRun[] => {
    const text = textOf(child).trim()
    if (text === '') return []
    if (child.name === 'ScriptNote') return [{ text: ` [[${text}]]` }]
    return child.name === 'Text' && isStruck(child) ? [{ text: ` [[struck out: ${text}]]` }] : []
  })
  const texts = children.filter((child) => child.name === 'Text' && !isStruck(child)).map(readRun)
  const runs = [...texts, ...notes]
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

/** A run with the number of its tag in the file. */
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

/** Joins the dialogue, or the lyrics, that one speech has in several paragraphs, and drops empty ones at the edges. */
function normalizeElements(
  elements: readonly ScriptElement[],
  verbatim: ReadonlySet<ScriptElement>,
  sources: ReadonlyMap<ScriptElement, XmlElement>,
): readonly ScriptElement[] {
  const xmlOf = (element: ScriptElement): string => {
    const source = sources.get(element)
    return source ? writeXml(source) : ''
  }
  const merged = groupSpeeches(elements, verbatim).map(({ joined, parts }): ScriptElement => {
    if (parts.length < 2 || joined.type === 'page_break') return joined
    // The XML is written once for all parts, so that time is linear in the length of a speech.
    return parts.some(({ fdx }) => fdx !== undefined) ? { ...joined, fdx: parts.map(xmlOf).join('') } : joined
  })
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

interface SpeechGroup {
  joined: ScriptElement
  readonly parts: ScriptElement[]
}

/** The elements, neighbours of one speech together; a verbatim element is alone. */
function groupSpeeches(
  elements: readonly ScriptElement[],
  verbatim: ReadonlySet<ScriptElement>,
): readonly SpeechGroup[] {
  const groups: SpeechGroup[] = []
  let last: SpeechGroup | undefined
  for (const element of elements) {
    const joined = last && !verbatim.has(element) ? joinSpeech(last.joined, element) : undefined
    if (last && joined) {
      last.joined = joined
      last.parts.push(element)
      continue
    }
    const group = { joined: element, parts: [element] }
    groups.push(group)
    last = verbatim.has(element) ? undefined : group
  }
  return groups
}

/** Dialogue after dialogue is one, and lyrics after lyrics. */
function joinSpeech(last: ScriptElement, element: ScriptElement): ScriptElement | undefined {
  if (last.type === 'dialogue' && element.type === 'dialogue') return joinDialogue(last, element)
  const areLyrics = last.type === 'lyrics' && element.type === 'lyrics' && !last.tags && !element.tags
  return areLyrics ? { ...last, text: `${last.text}\n${element.text}` } : undefined
}

/** A title page is free text, so its words and their place on the page say what each line is. */
function readTitlePage(nodes: readonly XmlNode[]): readonly TitleEntry[] {
  const lines = nodes.filter(isXmlElement).flatMap((node) => {
    const text = printRuns(readParagraph(node, new Map(), NO_SETTINGS).runs).replaceAll('\t', '    ')
    const centered = node.attributes['Alignment'] === 'Center'
    const startsPage = node.attributes['StartsNewPage'] === 'Yes'
    return text.split('\n').map((line) => ({ centered, startsPage, text: line.trim() }))
  })
  const shown = lines.map(({ text }) => text).filter((text) => text !== '')
  const original = nodes.map(readRoundTripData).find((each) => each?.titlePage)?.titlePage
  if (original && isShownAs(original, shown)) return original
  const entries: { key: string; values: string[] }[] = []
  let isBehind = false
  for (const { centered, startsPage, text } of lines) {
    // A page behind the title page, or a centred line below the contact, is a cast page or a note.
    isBehind ||= entries.length > 0 && (startsPage || (centered && text !== '' && hasContact(entries)))
    if (text === '') continue
    const key = isBehind ? 'Notes' : guessTitleKey(text, centered, entries)
    const entry = entries.findLast((each) => each.key === key)
    // A second credit begins a pair of its own, so that it stays with its names.
    const isSecondCredit = key === 'Credit' && entries.at(-1)?.key === 'Author'
    const isSecondAuthor = key === 'Author' && entries.at(-1)?.key === 'Credit'
    if (entry && !isSecondCredit && !isSecondAuthor) entry.values.push(text)
    else entries.push({ key, values: [text] })
  }
  return entries
}

const NO_SETTINGS: ElementSettings = {
  capitals: new Set(),
  startsPage: new Set(),
  centered: new Set(),
  setup: undefined,
}

function hasContact(entries: readonly TitleEntry[]): boolean {
  return entries.some(({ key }) => key === 'Contact')
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
