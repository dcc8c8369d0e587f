import type { Rule } from './rule.ts'

/**
 * F02: the title page names the title and the author.
 *
 * @example lines 1
 * ```
 * Title: The Kettle
 *
 * INT. KITCHEN - DAY
 * ```
 */
export const titlePage: Rule = {
  code: 'F02',
  title: 'title page',
  checks: 'The title page names the title and the author.',
  severity: { generated: 'error', authored: 'info' },
  check(script) {
    return (['title', 'author'] as const).flatMap((wanted) => {
      const entry = script.titlePage.find(({ key }) => KEYS[wanted].test(key))
      if (entry?.values.some((value) => value.trim() !== '')) return []
      return [
        { line: 1, message: `The title page has no ${wanted}.`, fix: `Begin with a line "${LABELS[wanted]}: ...".` },
      ]
    })
  },
}

const KEYS = { title: /^title$/i, author: /^(?:authors?|written by)$/i } as const
const LABELS = { title: 'Title', author: 'Author' } as const
