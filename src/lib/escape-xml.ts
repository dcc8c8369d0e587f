/** Text inside an element or a quoted attribute of XML and HTML. Characters that XML forbids become blanks. */
export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no place for them.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g, ' ')
      .toWellFormed()
      .replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`)
  )
}
