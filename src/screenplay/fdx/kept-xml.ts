import { childElements, isXmlElement, type XmlElement, type XmlNode } from './xml.ts'

/** Kinds of paragraph that the tree tells apart, so that writing gives the same kind. */
const OWN_TYPES =
  /^(?:Scene Heading|Action|Character|Parenthetical|Dialogue|Transition|Lyric|Summary|Note|Outline [1-3])$/

const OWN_STYLES: ReadonlySet<string> = new Set(['', 'Bold', 'Italic', 'Underline'])

/** Attributes of a text by which Final Draft marks revisions and colours, with the values that mean nothing. */
const PLAIN_MARKS: Readonly<Record<string, string>> = {
  RevisionID: '0',
  AdornmentStyle: '0',
  Color: '#000000000000',
  Background: '#FFFFFFFFFFFF',
}

/**
 * Whether a paragraph holds what the tree has no place for: a kind of its own, revision marks, colours, struck words,
 * notes, a summary, alternates, an omitted scene.
 */
export function holdsMore(node: XmlElement): boolean {
  const { Type: type = 'Action', Alignment: alignment } = node.attributes
  if (!OWN_TYPES.test(type) && !(type === 'General' && alignment === 'Center')) return true
  return node.children.some((child) => {
    if (!isXmlElement(child)) return false
    if (child.name === 'Text') {
      const styles = (child.attributes['Style'] ?? '').split('+')
      if (styles.some((style) => !OWN_STYLES.has(style))) return true
      return Object.entries(PLAIN_MARKS).some(([name, plain]) => (child.attributes[name] ?? plain) !== plain)
    }
    if (child.name === 'SceneProperties')
      return childElements(child).length > 0 || (child.attributes['Title'] ?? '') !== ''
    return child.name !== 'DualDialogue'
  })
}

/** The text of a scene's summary; empty: it has none. */
export function summaryOf(node: XmlElement): string {
  const paragraphs = childElements(node, 'SceneProperties')
    .flatMap((properties) => childElements(properties, 'Summary'))
    .flatMap((summary) => childElements(summary, 'Paragraph'))
  return paragraphs.map(textOf).join(' ').replace(/\s+/g, ' ').trim()
}

/** The paragraphs of the scene that a heading replaces, because it is omitted. */
export function omittedParagraphs(node: XmlElement): readonly XmlElement[] {
  const found = [node, ...childElements(node)].flatMap((each) =>
    childElements(each).filter(({ name }) => /^Omitted/.test(name)),
  )
  return found
    .flatMap((each) => childElements(each, 'Content').concat(each))
    .flatMap((each) => childElements(each, 'Paragraph'))
}

export function textOf(node: XmlNode): string {
  if (typeof node === 'string') return node
  return isXmlElement(node) ? node.children.map(textOf).join('') : ''
}

/** Whether a paragraph marks tags, which get new numbers when it is written. */
export function hasTagNumbers(node: XmlNode): boolean {
  return isXmlElement(node) && (node.attributes['TagNumber'] !== undefined || node.children.some(hasTagNumbers))
}
