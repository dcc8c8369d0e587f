/**
 * mulberry32: 32 bits of state, the same numbers in [0, 1) for the same seed everywhere. The only seeded generator of
 * the program; https://github.com/cprosche/mulberry32 has its source.
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296
  }
}
