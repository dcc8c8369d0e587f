import type { Rule } from './rule.ts'

/**
 * F07: every name of the cast speaks or is named. Checked only where a cast is given.
 *
 * @example {"cast":["ANNA","BEN","EVE"]} lines 1
 * ```
 * Ben waits.
 *
 * ANNA
 * Hello.
 * ```
 */
export const castAppears: Rule = {
  code: 'F07',
  title: 'cast',
  checks: 'Every name of the cast speaks or is named. Needs `cast`.',
  severity: { generated: 'error', authored: 'info' },
  check({ elements }, { cast = [] }) {
    if (cast.length === 0) return []
    const all = elements
      .map((element) => (element.type === 'character' ? element.name : 'text' in element ? element.text : ''))
      .join('\n')
    const said = ` ${all.toUpperCase().replace(/[^\p{L}\d]+/gu, ' ')} `
    const plain = (name: string): string =>
      ` ${name
        .toUpperCase()
        .replace(/[^\p{L}\d]+/gu, ' ')
        .trim()} `
    return cast
      .filter((name) => !said.includes(plain(name)))
      .map((name) => ({
        line: 1,
        message: `${name} is in the cast but never appears.`,
        fix: 'Write a scene for them.',
      }))
  },
}
