import { isNearDuplicate } from '../../screenplay/names.ts'
import { plain } from './clean.ts'

/** The times of day that a heading may end with. */
export const TIMES = ['DAY', 'NIGHT', 'MORNING', 'AFTERNOON', 'EVENING', 'DAWN', 'DUSK', 'LATER', 'CONTINUOUS'] as const

/** A place as a model named it: the spelling it has in headings, and all places with it. */
export function withSet(
  sets: readonly string[],
  given: string,
): { readonly set: string; readonly sets: readonly string[] } {
  const set = oneSpelling(given, sets)
  return { set, sets: sets.includes(set) ? sets : [...sets, set] }
}

/** In capitals, without what belongs before or behind it, and as it was spelled before. */
function oneSpelling(given: string, sets: readonly string[]): string {
  const set = plain(given)
    .toUpperCase()
    .replace(/^(?:INT|EXT|EST|I\/E)[./ ]+(?:EXT[. ]+)?/, '')
    .replace(TIME_AT_THE_END, '')
    .replace(/[^\p{L}\p{N}'’&.,/\- ]/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[-–. ]+|[-–. ]+$/g, '')
  return sets.find((other) => other === set || isNearDuplicate(other, set)) ?? (set === '' ? 'A PLACE' : set)
}

const TIME_AT_THE_END = new RegExp(`\\s*[-–—,]\\s*(?:${TIMES.join('|')})$`)
