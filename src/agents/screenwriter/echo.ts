import type { Scene, SceneElement } from './document.ts'

/** A passage that stands, almost word for word, somewhere else: by index of its elements, with where. */
export interface Echo {
  readonly elements: readonly number[]
  /** The scene it was found in, from 1; undefined: earlier in the same text. */
  readonly scene: number | undefined
}

/**
 * The loops and copies in what was written for a scene: two or more elements in a row, or one long one, that nearly equal
 * elements of a scene or earlier ones of the same text. Single short lines may well come back.
 */
export function echoes(elements: readonly SceneElement[], scenes: readonly Scene[]): readonly Echo[] {
  const known = new Map<string, Place[]>()
  for (const [at, scene] of scenes.entries()) {
    for (const element of scene.elements) learn(known, element, at)
  }
  const runs: { elements: number[]; scene: number; words: number }[] = []
  for (const [line, element] of elements.entries()) {
    const words = wordsOf(element.text)
    if (words.length < LEAST_WORDS) continue
    const found = twinOf(shinglesOf(words), known)
    const last = runs.at(-1)
    const goesOn = last !== undefined && found?.scene === last.scene && line - (last.elements.at(-1) ?? 0) <= 2
    if (found && goesOn) {
      last.elements.push(line)
      last.words += words.length
    } else if (found) runs.push({ elements: [line], scene: found.scene, words: words.length })
    learn(known, element, HERE)
  }
  return runs
    .filter((run) => run.elements.length > 1 || run.words >= LONG)
    .map((run) => ({ elements: run.elements, scene: run.scene === HERE ? undefined : run.scene + 1 }))
}

/** As the model is told of them. */
export function echoProblems(elements: readonly SceneElement[], found: readonly Echo[]): readonly string[] {
  return found.slice(0, 5).map((echo) => {
    const begins = elements[echo.elements[0] ?? 0]?.text.slice(0, 60)
    const where = echo.scene === undefined ? 'earlier in this answer' : `in scene ${echo.scene}`
    return `The passage that begins "${begins}" stands almost word for word ${where}: write something new there.`
  })
}

export function withoutEchoes(elements: readonly SceneElement[], found: readonly Echo[]): readonly SceneElement[] {
  const gone = new Set(found.flatMap((echo) => echo.elements))
  return elements.filter((_, line) => !gone.has(line))
}

/** Where words are not spaced, each character counts as one. */
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}]+/gu

interface Place {
  readonly scene: number
  readonly shingles: ReadonlySet<string>
}

const HERE = -1
/** "I don't know what you mean." is nobody's property. */
const LEAST_WORDS = 6
/** About two lines of action. */
const LONG = 20
/** Of all groups of three words that two texts have, the share they have in common, counted twice (Dice). */
const ALIKE = 0.85

function learn(known: Map<string, Place[]>, element: SceneElement, scene: number): void {
  const words = wordsOf(element.text)
  if (words.length < LEAST_WORDS) return
  const place = { scene, shingles: shinglesOf(words) }
  for (const shingle of place.shingles) {
    const places = known.get(shingle)
    if (places) places.push(place)
    else known.set(shingle, [place])
  }
}

function twinOf(shingles: ReadonlySet<string>, known: ReadonlyMap<string, readonly Place[]>): Place | undefined {
  const shared = new Map<Place, number>()
  for (const shingle of shingles) {
    for (const place of known.get(shingle) ?? []) shared.set(place, (shared.get(place) ?? 0) + 1)
  }
  for (const [place, count] of shared) {
    if ((2 * count) / (place.shingles.size + shingles.size) >= ALIKE) return place
  }
  return undefined
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(WORD) ?? []
}

function shinglesOf(words: readonly string[]): ReadonlySet<string> {
  return new Set(words.slice(2).map((word, at) => `${words[at]} ${words[at + 1]} ${word}`))
}
