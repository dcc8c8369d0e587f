import type { Rule } from './rule.ts'
import { cleanName } from './speaker-names.ts'

/**
 * F08: a speaker is introduced in capitals in an action before the first speech. Voices from elsewhere need no
 * introduction, and neither do `GUARD 2` or `ANNA AND BEN` where a part of the name is there.
 *
 * @example lines 6
 * ```
 * ANNA (30) waits. Ben waits.
 *
 * ANNA
 * Hello.
 *
 * BEN
 * Hello.
 *
 * EVE (V.O.)
 * Hello.
 * ```
 */
export const introductions: Rule = {
  code: 'F08',
  title: 'introductions',
  checks: 'A speaker is introduced in capitals in an action before the first speech.',
  severity: { generated: 'warn', authored: 'info' },
  check(script) {
    const introduced = new Set<string>()
    const met = new Set<string>()
    return script.elements.flatMap((element, elementIndex) => {
      if (element.type === 'action') {
        for (const word of element.text.split(/[^\p{L}\d]+/u)) introduced.add(word)
      }
      if (element.type !== 'character') return []
      const name = cleanName(element.name)
      if (met.has(name)) return []
      met.add(name)
      const words = name
        .toUpperCase()
        .split(/[^\p{L}\d]+/u)
        .filter((word) => word.length > 1)
      const away = element.extensions.some((extension) => /^(?:v\.?\s?o|o\.?\s?[sc])\b/i.test(extension))
      if (away || words.length === 0 || words.some((word) => introduced.has(word))) return []
      return [
        {
          element: elementIndex,
          message: `${name} speaks before being introduced.`,
          fix: `Name ${name} in capitals in an action before.`,
        },
      ]
    })
  },
}
