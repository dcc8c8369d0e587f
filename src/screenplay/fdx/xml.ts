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
  const open: { readonly name: string; readonly children: XmlNode[] }[] = [{ name: '', children: root.children }]
  for (const match of xml
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .matchAll(TOKEN)) {
    const [token, data, instruction, content = '', closing, name, attributes = '', empty] = match
    const here = open.at(-1) ?? root
    if (closing !== undefined) {
      if (open.length < 2 || open.pop()?.name !== closing) throw new SyntaxError(`</${closing}> closes nothing.`)
    } else if (name !== undefined) {
      const element = { name, attributes: readAttributes(attributes), children: [] as XmlNode[] }
      here.children.push(element)
      if (empty === '') open.push(element)
    } else if (data !== undefined) here.children.push(data)
    else if (instruction !== undefined) here.children.push({ instruction, content })
    else if (!token.startsWith('<')) here.children.push(unescapeXml(token))
    else if (token === '<') throw new SyntaxError(`It is no XML, or it was cut off in <${open.at(-1)?.name}>.`)
  }
  const element = root.children.find((child) => isElement(child))
  if (open.length > 1 || !element) throw new SyntaxError(`It is no XML, or it was cut off in <${open.at(-1)?.name}>.`)
  return element
}

export function isElement(node: XmlNode): node is XmlElement {
  return typeof node === 'object' && 'name' in node
}

export function elementsOf({ children }: XmlElement, name?: string): readonly XmlElement[] {
  return children.filter(isElement).filter((child) => name === undefined || child.name === name)
}

/** What XML cannot hold becomes U+FFFD. */
export function legal(text: string): string {
  return text.replace(ILLEGAL, '\uFFFD')
}

/** For text and for attributes in double quotes. */
export function escapeXml(text: string): string {
  return legal(text).replace(
    /[&<>"\r]/g,
    (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[mark] ?? '&#13;',
  )
}

/** Characters that XML 1.0 has no place for, escaped or not, and halves of a pair. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ILLEGAL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Cs}/gu

function readAttributes(text: string): Readonly<Record<string, string>> {
  const pairs = text.matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)
  return Object.fromEntries([...pairs].map(([, name = '', one, other]) => [name, unescapeXml(one ?? other ?? '')]))
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return NAMED[name] ?? whole
    const code = Number.parseInt(hex ?? decimal, hex === undefined ? 10 : 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD'
  })
}
