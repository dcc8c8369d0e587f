import { isTimeOfDay } from '../../screenplay/heading-languages.ts'
import { isNearDuplicate } from '../../screenplay/similar-names.ts'
import { plain } from './clean.ts'

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
    .replace(/^(?:INT|EXT|EST|I\/E|INNEN|AUSSEN)[./ ]+(?:(?:EXT|EST|AUSSEN)[. ]+)?/, '')
    .replace(TIME_AT_THE_END, (whole, time: string) => (isTimeOfDay(time) ? '' : whole))
    .replace(/[^\p{L}\p{N}'’&.,/\- ]/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[-–. ]+|[-–. ]+$/g, '')
  return sets.find((other) => isOne(bare(other), bare(set))) ?? (set === '' ? 'A PLACE' : set)
}

function isOne(set: string, other: string): boolean {
  return set === other || isNearDuplicate(set, other)
}

/** Without what people spell in different ways: articles, apostrophes, dots, commas, dashes. */
function bare(set: string): string {
  return set
    .replace(/['’.]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/\b(?:THE|A|AN) /g, '')
    .trim()
}

const TIME_AT_THE_END = /\s*[-–—,]\s*([^–—,-]+|[^–—,-]+-[^–—,-]+)$/
