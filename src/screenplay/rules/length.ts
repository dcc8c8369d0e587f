import { measurePages } from '../layout/paginate.ts'
import type { Rule } from './rule.ts'

/**
 * F10: the script is within 10 % of the target length. Checked only where a target is given.
 *
 * @example {"targetPages":3} lines 1
 * ```
 * INT. KITCHEN - DAY
 *
 * Rain.
 * ```
 */
export const scriptLength: Rule = {
  code: 'F10',
  title: 'length',
  checks: 'The script is within 10 % of the target length. Needs `targetPages`.',
  severity: { generated: 'error', authored: 'info' },
  check(script, { targetPages }) {
    if (targetPages === undefined) return []
    const pages = measurePages(script)
    if (Math.abs(pages - targetPages) <= targetPages * 0.1) return []
    const message = `The script is ${pages.toFixed(1)} pages long; the target is ${targetPages}.`
    return [{ line: 1, message, fix: pages > targetPages ? 'Trim scenes.' : 'Extend scenes.' }]
  },
}
