import { readHeading } from '../heading.ts'
import { createSimilarNameFinder } from '../similar-names.ts'
import type { Problem, Rule } from './rule.ts'

/**
 * F09: a set has one spelling, and the first scene is not CONTINUOUS or SAME. Sets that differ in an article or an
 * apostrophe may be two, so only quotes, dashes and blanks are made equal.
 *
 * @example lines 1
 * ```
 * INT. KITCHEN - CONTINUOUS
 *
 * EXT. ROAD - SAME
 * ```
 * @example lines 3, fixed
 * ```
 * INT. ANNA’S HOUSE - DAY
 *
 * INT. ANNA'S  HOUSE - NIGHT #2#
 * ```
 * ```
 * INT. ANNA’S HOUSE - DAY
 *
 * INT. ANNA’S HOUSE - NIGHT #2#
 * ```
 * @example lines 3, 7
 * ```
 * INT. KITCHEN - DAY
 *
 * INT. KICHEN - NIGHT
 *
 * EXT. LANE - DAY
 *
 * EXT. THE LANE - DAY
 *
 * INT. ROOM 1 - DAY
 *
 * INT. ROOM 2 - DAY
 * ```
 */
export const consistentSets: Rule = {
  code: 'F09',
  title: 'sets',
  checks: 'A set has one spelling, and the first scene is not CONTINUOUS or SAME.',
  severity: { generated: 'error', authored: 'warn' },
  fixes: 'Writes a set in the typography of its first heading: quotes, dashes, blanks.',
  check({ elements }) {
    const spellings = new Map<string, string>()
    const withoutArticle = new Map<string, string>()
    const findSimilar = createSimilarNameFinder()
    const problems: Problem[] = []
    for (const [at, element] of elements.entries()) {
      if (element.type !== 'scene_heading') continue
      const { set, time } = readHeading(element.text)
      if (spellings.size === 0 && /^(?:continuous|same)/i.test(time ?? '')) {
        const message = `The first scene cannot be ${time}, because no scene is before it.`
        problems.push({ element: at, message, fix: 'Begin with DAY, NIGHT or the like.' })
      }
      const key = normalizeTypography(set)
      const first = spellings.get(key)
      if (first !== undefined) {
        if (first.toUpperCase() === set.toUpperCase() || set === '') continue
        const { at: _lines, fdx: _xml, ...heading } = element
        const replacement = [{ ...heading, text: element.text.replace(set, () => first) }]
        const autofix = element.text.includes(set) && { autofix: { from: at, count: 1, replacement } }
        const message = `The set ${set} is written ${first} elsewhere.`
        problems.push({ element: at, message, fix: `Write ${first}.`, ...autofix })
        continue
      }
      spellings.set(key, set)
      const bare = removeArticles(key)
      const similar = withoutArticle.get(bare) ?? findSimilar(key)
      if (!withoutArticle.has(bare)) withoutArticle.set(bare, set)
      if (similar === undefined || set === '') continue
      const other = spellings.get(similar) ?? similar
      problems.push({
        element: at,
        ...(removeArticles(normalizeTypography(other)) === bare && { severity: 'info' as const }),
        message: `${set} and ${other} may be one set.`,
        fix: `If they are, spell both ${other}.`,
      })
    }
    return problems
  },
}

/** One form for quotes, dashes and blanks. */
function normalizeTypography(set: string): string {
  return set
    .toUpperCase()
    .replace(/[’‘`´]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[‐‑–—]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
}

function removeArticles(set: string): string {
  return set.replace(/\b(?:THE|A|AN) /g, '')
}
