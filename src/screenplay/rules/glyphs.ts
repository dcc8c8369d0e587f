import { missingGlyphs } from '../pdf/missing-glyphs.ts'
import type { Rule } from './rule.ts'

/**
 * F18: the font of the PDF has a picture for every character. Other formats are not concerned.
 *
 * @example lines 3
 * ```
 * Žofie waits – at “home”.
 *
 * She waves 👋.
 * ```
 */
export const pdfGlyphs: Rule = {
  code: 'F18',
  title: 'characters of the PDF',
  checks: 'The font of the PDF has a picture for every character.',
  severity: { generated: 'warn', authored: 'warn' },
  check({ titlePage, elements }) {
    const missing = missingGlyphs({ titlePage, elements })
    if (missing.length === 0) return []
    const elementIndex = elements.findIndex(
      (element) => missingGlyphs({ titlePage: [], elements: [element] }).length > 0,
    )
    const shown = missing.slice(0, 12).join(' ') + (missing.length > 12 ? ` and ${missing.length - 12} more` : '')
    const message = `The PDF cannot show ${shown}: it shows an empty box there.`
    return [
      {
        ...(elementIndex >= 0 && { element: elementIndex }),
        message,
        fix: 'Make the PDF from the HTML or in another program.',
      },
    ]
  },
}
