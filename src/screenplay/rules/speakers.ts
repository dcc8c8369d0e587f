import { isNearDuplicate } from '../names.ts'
import type { Offence, Rule } from './rule.ts'

/** F06: every speaker is in the cast, where one is given, and no two speakers differ by a slip (ANNA, HANNA). */
export const speakers: Rule = {
  code: 'F06',
  title: 'speakers',
  severity: { ours: 'error', theirs: 'warn' },
  check(script, { cast }) {
    const known = cast && new Set(cast.map((name) => name.toUpperCase()))
    const seen: string[] = []
    const offences: Offence[] = []
    for (const [element, item] of script.elements.entries()) {
      if (item.type !== 'character' || seen.includes(item.name)) continue
      if (known && !known.has(item.name.toUpperCase())) {
        offences.push({
          element,
          message: `${item.name} speaks but is not in the cast.`,
          fix: 'Use the name from the cast.',
        })
      }
      const twin = seen.find((name) => isNearDuplicate(name, item.name))
      if (twin !== undefined) {
        offences.push({ element, message: `${item.name} and ${twin} may be one person.`, fix: `Spell both ${twin}.` })
      }
      seen.push(item.name)
    }
    return offences
  },
}
