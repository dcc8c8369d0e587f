import { marked, type Run, runs } from '../inline.ts'
import { LINES_PER_PAGE } from '../paginate.ts'
import { titleLines } from '../title-page.ts'
import type { Element, Script, TitleEntry } from '../types.ts'
import { keptIn } from './kept.ts'
import { alike, elementsOf, type Paragraph, paragraphOf } from './paragraph.ts'
import { readTagData, type Thing } from './tag-data.ts'
import { joined, type TaggedRun, type TaggedText } from './tags.ts'
import { goesOn } from './write.ts'
import { elementsOf as childrenOf, isElement, legal, readXml, type XmlElement, type XmlNode } from './xml.ts'

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

function readBody(nodes: readonly XmlNode[], named: TagNames): readonly Element[] {
  const elements: Element[] = []
  const exact = new Set<Element>()
  let kept: Element | undefined
  let speaks = false
  for (const node of nodes) read(node, false)
  return wellFormed(elements, exact)

  function read(node: XmlNode, dual: boolean): void {
    if (typeof node === 'string') return
    if (!isElement(node)) {
      // An element that has no paragraph stands for itself; any other is held against the paragraph that follows.
      const element = keptIn(node)?.element
      if (element && !paragraphOf(element)) add(element, true)
      else kept = element
      return
    }
    if (node.name !== 'Paragraph') return
    if (node.attributes['StartsNewPage'] === 'Yes') add({ type: 'page_break' }, true)
    for (const pair of childrenOf(node, 'DualDialogue')) {
      let cues = 0
      for (const inner of pair.children) {
        if (isElement(inner) && inner.attributes['Type'] === 'Character') cues += 1
        read(inner, cues > 1)
      }
    }
    const paragraph = readParagraph(node, named)
    if (childrenOf(node, 'DualDialogue').length > 0 && paragraph.runs.length === 0) return
    const was = kept && paragraphOf(kept)
    if (kept && was && alike(was, paragraph)) add(kept, true)
    else for (const element of elementsOf(paragraph, speaks, dual)) add(element, false)
    kept = undefined
  }

  function add(element: Element, asItWas: boolean): void {
    elements.push(element)
    if (asItWas) exact.add(element)
    speaks = goesOn(element, speaks)
  }
}

/** What the numbers of tagged texts mean. */
type TagNames = ReadonlyMap<string, readonly Thing[]>

function readParagraph(node: XmlElement, named: TagNames): Paragraph {
  const { Type: type = 'Action', Number: number, Alignment: alignment } = node.attributes
  const centered = alignment === 'Center' && /^(?:Action|General)$/.test(type)
  const runs = node.children.filter(isElement).flatMap((child): readonly NumberedRun[] => {
    if (child.name === 'Text') return [readRun(child)]
    return child.name === 'ScriptNote' ? [{ text: ` [[${textOf(child).trim()}]]` }] : []
  })
  return {
    type,
    ...(number !== undefined && number !== '' && { number }),
    ...(centered && { centered }),
    ...stretched(
      withBreaks(runs).filter((run) => run.text !== ''),
      named,
    ),
  }
}

/** An empty text between two others is where a line was broken. */
function withBreaks(runs: readonly NumberedRun[]): readonly NumberedRun[] {
  const first = runs.findIndex((run) => run.text !== '')
  const last = runs.findLastIndex((run) => run.text !== '')
  return runs.map((run, at) => (run.text === '' && at > first && at < last ? { ...run, text: '\n' } : run))
}

/** Neighbours with one number of a tag that is known are one stretch. */
function stretched(runs: readonly NumberedRun[], named: TagNames): TaggedText {
  const stretches: (readonly Thing[])[] = []
  let last: string | undefined
  const made = runs.map(({ tag, ...run }): TaggedRun => {
    const things = tag === undefined ? undefined : named.get(tag)
    if (things && tag !== last) stretches.push(things)
    last = things && tag
    return things ? { ...run, stretch: stretches.length - 1 } : run
  })
  return { runs: made, stretches }
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

function textOf(node: XmlNode): string {
  if (typeof node === 'string') return node
  return isElement(node) ? node.children.map(textOf).join('') : ''
}

/** Joins what one speech has in several paragraphs, and drops empty ones at the edges. */
function wellFormed(elements: readonly Element[], exact: ReadonlySet<Element>): readonly Element[] {
  const made: Element[] = []
  let joins = false
  for (const element of elements) {
    const last = made.at(-1)
    const free = element.type === 'dialogue' && !exact.has(element)
    if (free && joins && last?.type === 'dialogue') made.splice(-1, 1, joined(last, element))
    else made.push(element)
    joins = free
  }
  const trimmed = made.flatMap((element): readonly Element[] => {
    if (element.type !== 'dialogue' || exact.has(element)) return [element]
    const text = element.text.replace(/^\n+|\n+$/g, '')
    return text === '' ? [] : [{ ...element, text }]
  })
  const isBlank = (element: Element): boolean => element.type === 'action' && element.text === '' && !exact.has(element)
  const first = trimmed.findIndex((element) => !isBlank(element))
  return first < 0 ? [] : trimmed.slice(first, trimmed.findLastIndex((element) => !isBlank(element)) + 1)
}

/** A title page is free text: who wrote what is told from the words and the place on the page. */
function readTitlePage(nodes: readonly XmlNode[]): readonly TitleEntry[] {
  const lines = nodes.filter(isElement).map((node) => ({
    centered: node.attributes['Alignment'] === 'Center',
    text: marked(readParagraph(node, new Map()).runs).trim(),
  }))
  const shown = lines.map(({ text }) => text).filter((text) => text !== '')
  const kept = nodes.map(keptIn).find((each) => each?.titlePage)?.titlePage
  if (kept && isShownAs(kept, shown)) return kept
  const entries: { key: string; values: string[] }[] = []
  const add = (key: string, value: string): void => {
    const entry = entries.find((each) => each.key === key)
    if (entry) entry.values.push(value)
    else entries.push({ key, values: [value] })
  }
  for (const { centered, text } of lines) if (text !== '') add(keyOf(text, centered, entries), text)
  return entries
}

function keyOf(text: string, centered: boolean, before: readonly TitleEntry[]): string {
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
  const texts = titleLines({ titlePage, elements: [] }, LINES_PER_PAGE.letter).map(({ text }) =>
    marked(runs(text).map((run) => ({ ...run, text: legal(run.text) }))).trim(),
  )
  return JSON.stringify(texts.filter((text) => text !== '')) === JSON.stringify(shown)
}
