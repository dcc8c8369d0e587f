import type { Rule } from './rule.ts'

/**
 * F20: no word is used that is to be avoided. Checked only where such words are given.
 *
 * @example {"avoid":["damn","hell"]} lines 2
 * ```
 * ANNA
 * Damn it.
 *
 * SHELLEY
 * Hello.
 * ```
 */
export const avoidedWords: Rule = {
  code: 'F20',
  title: 'words to avoid',
  checks: 'No word is used that is to be avoided. Needs `avoid`.',
  severity: { generated: 'warn', authored: 'info' },
  check({ elements }, { avoid = [] }) {
    const words = avoid.map((word) => word.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).filter((word) => word !== '')
    if (words.length === 0) return []
    const pattern = new RegExp(`(?<![\\p{L}\\d])(?:${words.join('|')})(?![\\p{L}\\d])`, 'iu')
    return elements.flatMap((element, elementIndex) => {
      const found = 'text' in element ? pattern.exec(element.text) : undefined
      return found
        ? [{ element: elementIndex, message: `"${found[0]}" is to be avoided.`, fix: 'Use another word.' }]
        : []
    })
  },
}
