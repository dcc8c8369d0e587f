import { escapeXml } from '../../lib/escape-xml.ts'

/**
 * A self-contained HTML page: its style is inline, it fits a phone, follows the reader's light or dark mode, and has no
 * script. The title is escaped here; the style and the body are markup already.
 */
export function renderHtmlPage({ title, style, body }: Readonly<Record<'title' | 'style' | 'body', string>>): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`
}
