import { seededRandom } from '../../lib/random.ts'

/** Repeatable random choices: the same seed gives the same choices. */
export interface RandomSource {
  /** A number in [0, 1). */
  fraction(): number
  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number
  /** The same, with the middle likelier than the ends. */
  centredInteger(low: number, high: number): number
  happens(probability: number): boolean
  pick<Item>(from: readonly Item[]): Item
}

export function createRandomSource(seed: number): RandomSource {
  const fraction = seededRandom(seed)
  const integer = (low: number, high: number): number => low + Math.floor(fraction() * (high - low + 1))
  return {
    fraction,
    integer,
    centredInteger: (low, high) => low + Math.floor(((fraction() + fraction()) / 2) * (high - low + 1)),
    happens: (probability) => fraction() < probability,
    pick(from) {
      const item = from[integer(0, from.length - 1)]
      if (item === undefined) throw new RangeError('an empty list has nothing to pick')
      return item
    },
  }
}

/** A list of phrases, written with bars between them. */
export const splitPhrases = (list: string): readonly string[] => list.split('|')

/** FNV-1a over UTF-16 units, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
export function hashText(text: string): number {
  let sum = 0x811c9dc5
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193)
  return sum >>> 0
}
