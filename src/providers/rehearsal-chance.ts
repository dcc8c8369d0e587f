/** Chance that repeats: the same seed gives the same play. */
export interface Chance {
  /** A number in [0, 1). */
  roll(): number
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number
  /** The same, with the middle likelier than the ends. */
  middling(low: number, high: number): number
  happens(probability: number): boolean
  pick<Item>(from: readonly Item[]): Item
}

export function chance(seed: number): Chance {
  const roll = mulberry32(seed)
  const whole = (low: number, high: number): number => low + Math.floor(roll() * (high - low + 1))
  return {
    roll,
    whole,
    middling: (low, high) => low + Math.floor(((roll() + roll()) / 2) * (high - low + 1)),
    happens: (probability) => roll() < probability,
    pick(from) {
      const item = from[whole(0, from.length - 1)]
      if (item === undefined) throw new RangeError('an empty list has nothing to pick')
      return item
    },
  }
}

/** A list of phrases, written with bars between them. */
export const words = (list: string): readonly string[] => list.split('|')

/** FNV-1a over UTF-16 units, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
export function hash(text: string): number {
  let sum = 0x811c9dc5
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193)
  return sum >>> 0
}

/** Tommy Ettinger's 32-bit generator: small, and even enough to choose words with. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
