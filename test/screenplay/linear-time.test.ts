import { expect, test } from 'vitest'
import { editDistance } from '../../src/lib/edit-distance.ts'
import { parseRuns } from '../../src/screenplay/emphasis.ts'
import { fromFdx } from '../../src/screenplay/fdx/read.ts'
import { parseFountain } from '../../src/screenplay/fountain/parse.ts'
import { lint } from '../../src/screenplay/lint.ts'
import { createSimilarNameFinder } from '../../src/screenplay/similar-names.ts'

/** The least of three times of `work`, ms. */
function timeOf(work: () => unknown): number {
  const times = [1, 2, 3].map(() => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
  return Math.min(...times)
}

/** Eight times the size takes 64 times as long where time is quadratic; half of that is far from either. */
function expectLinear(size: number, make: (size: number) => () => unknown): void {
  const small = Math.max(2, timeOf(make(size)))
  expect(timeOf(make(size * 8)) / small).toBeLessThan(32)
}

const heading = 'INT. HOUSE - DAY\n\n'

test('time is linear in the notes of one cue', { timeout: 60_000 }, () => {
  expectLinear(20_000, (size) => () => parseFountain(`${heading}@ANNA ${'[[x]]'.repeat(size)}\nHello.\n`))
})

test('time is linear in the marks of emphasis of one line', { timeout: 60_000 }, () => {
  expectLinear(20_000, (size) => () => parseRuns('_'.repeat(size)))
})

test('time is linear in the paragraphs of one speech of a Final Draft file', { timeout: 60_000 }, () => {
  const line = '<Paragraph Type="Dialogue"><Text>Hi.</Text><ScriptNote>n</ScriptNote></Paragraph>'
  const cue = '<Paragraph Type="Character"><Text>ANNA</Text></Paragraph>'
  expectLinear(250, (size) => () => fromFdx(`<FinalDraft><Content>${cue}${line.repeat(size)}</Content></FinalDraft>`))
})

/** A name of capitals that differs much from that of any other number. */
function oddName(number: number): string {
  let state = (number + 1) * 2_654_435_761
  return Array.from({ length: 9 }, () => {
    state = (state * 16_807) % 2_147_483_647
    return String.fromCharCode(65 + (state % 26))
  }).join('')
}

test('time is linear in the names of speakers and of sets', { timeout: 60_000 }, () => {
  expectLinear(500, (size) => {
    const scenes = Array.from({ length: size }, (_, at) => `INT. A${oddName(at)} - DAY\n\nA${oddName(at)}\nHello.\n\n`)
    const script = parseFountain(scenes.join(''))
    return () => lint(script)
  })
})

test('a name of 50,000 letters is compared with no other', () => {
  const find = createSimilarNameFinder()
  const long = 'AB'.repeat(25_000)
  expect([find(long), find(`${long}C`), find('HANNAH'), find('HANNA')]).toEqual([
    undefined,
    undefined,
    undefined,
    'HANNAH',
  ])
})

test('letters that two texts share at their ends do not change the distance', () => {
  expect(editDistance('xxabyy', 'xxbayy')).toBe(1)
  expect(editDistance('aab', 'ab')).toBe(1)
  expect(editDistance('abab', 'baba', 1)).toBe(Number.POSITIVE_INFINITY)
  expect(editDistance('', 'abc')).toBe(3)
})
