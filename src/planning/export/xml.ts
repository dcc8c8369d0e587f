import { escapeXml } from '../../lib/escape-xml.ts'

/** An element: its name, and its text or its children. Children that are `false` are left out. */
export type XmlNode = readonly [name: string, content: string | number | readonly (XmlNode | false)[]]

/** The element as indented lines. */
export function printXml([name, content]: XmlNode, depth: number): string {
  const indent = '  '.repeat(depth)
  if (typeof content !== 'object') return `${indent}<${name}>${escapeXml(String(content))}</${name}>\n`
  const children = content.map((child) => (child === false ? '' : printXml(child, depth + 1))).join('')
  return `${indent}<${name}>\n${children}${indent}</${name}>\n`
}
