/** An element of XML: its attributes, and in order its children, its text and its processing instructions. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlNode[]
}

export type XmlNode = XmlElement | string | { readonly instruction: string; readonly content: string }

const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?([^\s?]+)\s*([\s\S]*?)\?>|<![^>]*>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:[^>"']|"[^"]*"|'[^']*')*?)(\/?)>|[^<]+|</g

/**
 * Reads XML into its root element, with all blanks of its text. Comments and the document type are passed over, and
 * entities of a document's own are not followed. Throws `SyntaxError` for what is no XML.
 */
export function readXml(xml: string): XmlElement {
  const root: { readonly children: XmlNode[] } = { children: [] }
  const openElements: { readonly name: string; readonly children: XmlNode[] }[] = [
    { name: '', children: root.children },
  ]
  for (const match of xml
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .matchAll(TOKEN)) {
    const [token, data, instruction, content = '', closing, name, attributes = '', empty] = match
    const parent = openElements.at(-1) ?? root
    if (closing !== undefined) {
      if (openElements.length < 2 || openElements.pop()?.name !== closing)
        throw new SyntaxError(`</${closing}> closes nothing.`)
    } else if (name !== undefined) {
      const element = { name, attributes: readAttributes(attributes), children: [] as XmlNode[] }
      parent.children.push(element)
      if (empty === '') openElements.push(element)
    } else if (data !== undefined) parent.children.push(data)
    else if (instruction !== undefined) parent.children.push({ instruction, content })
    else if (!token.startsWith('<')) parent.children.push(unescapeXml(token))
    else if (token === '<') throw new SyntaxError(`It is no XML, or it was cut off in <${openElements.at(-1)?.name}>.`)
  }
  const element = root.children.find((child) => isXmlElement(child))
  if (openElements.length > 1 || !element)
    throw new SyntaxError(`It is no XML, or it was cut off in <${openElements.at(-1)?.name}>.`)
  return element
}

export function isXmlElement(node: XmlNode): node is XmlElement {
  return typeof node === 'object' && 'name' in node
}

export function childElements({ children }: XmlElement, name?: string): readonly XmlElement[] {
  return children.filter(isXmlElement).filter((child) => name === undefined || child.name === name)
}

/** Replaces characters that XML cannot hold by U+FFFD. */
export function replaceIllegalCharacters(text: string): string {
  return text.replace(ILLEGAL_CHARACTERS, '\uFFFD')
}

/** Writes a node as XML, with its attributes in their order. Instructions are left out. */
export function writeXml(node: XmlNode): string {
  if (typeof node === 'string') return escapeXml(node)
  if (!isXmlElement(node)) return ''
  const attributes = Object.entries(node.attributes).map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
  const start = `<${node.name}${attributes.join('')}`
  return node.children.length === 0 ? `${start}/>` : `${start}>${node.children.map(writeXml).join('')}</${node.name}>`
}

/** Escapes text, and attributes in double quotes. */
export function escapeXml(text: string): string {
  return replaceIllegalCharacters(text).replace(
    /[&<>"\r]/g,
    (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[mark] ?? '&#13;',
  )
}

/** Characters that XML 1.0 has no place for, escaped or not, and halves of a pair. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ILLEGAL_CHARACTERS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Cs}/gu

function readAttributes(text: string): Readonly<Record<string, string>> {
  const pairs = text.matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)
  return Object.fromEntries([...pairs].map(([, name = '', one, other]) => [name, unescapeXml(one ?? other ?? '')]))
}

const NAMED_ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return NAMED_ENTITIES[name] ?? whole
    const code = Number.parseInt(hex ?? decimal, hex === undefined ? 10 : 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD'
  })
}
