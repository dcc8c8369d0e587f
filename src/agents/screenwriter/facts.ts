import { plain } from './clean.ts'
import type { Scene } from './document.ts'

/** What a scene may leave behind for later ones. */
export const MOST_FACTS = 5
const MOST_CHARACTERS_A_FACT = 160
/** Of the whole ledger in a question, whatever the length of the script. */
const MOST_CHARACTERS = 2_400

/** Facts as a model wrote them: short lines, each once, the last ones where there are more than a scene may have. */
export function cleanFacts(given: readonly string[]): readonly string[] {
  const facts = given.map((fact) => plain(fact).slice(0, MOST_CHARACTERS_A_FACT)).filter((fact) => fact !== '')
  return [...new Set(facts)].slice(-MOST_FACTS)
}

/**
 * The ledger for a scene: what the scenes before it have settled, in their order. Where that is more than fits, what
 * concerns this scene's people goes before the rest, and the later before the earlier.
 */
export function ledgerOf(scenes: readonly Scene[], index: number): readonly string[] {
  const people = scenes[index]?.characters ?? []
  const all = scenes
    .slice(0, index)
    .flatMap((scene, at) => scene.facts.map((fact) => ({ at, fact, line: `${at + 1}: ${fact}` })))
  const concerns = (fact: string): boolean => people.some((name) => fact.toUpperCase().includes(name))
  const byWorth = all.toReversed().toSorted((a, b) => Number(concerns(b.fact)) - Number(concerns(a.fact)))
  let room = MOST_CHARACTERS
  const kept = new Set<(typeof all)[number]>()
  for (const entry of byWorth) {
    room -= entry.line.length + 1
    if (room < 0) break
    kept.add(entry)
  }
  return all.filter((entry) => kept.has(entry)).map(({ line }) => line)
}
