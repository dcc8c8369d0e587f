import { describe, expect, onTestFinished, test } from 'vitest'
import type { Shelf } from '../../src/contract/shelf.ts'
import type { World } from '../../src/contract/world.ts'
import { testWorld } from '../support/world.ts'

/** Opens a shelf that is new and empty. */
export type OpenShelf = (deps: { readonly world: World }) => Promise<Shelf>

/** What every shelf promises. */
export function keepsTheShelfContract(name: string, open: OpenShelf): void {
  async function begin(): Promise<Shelf> {
    const shelf = await open({ world: testWorld({ now: NOW }) })
    onTestFinished(() => shelf.close())
    return shelf
  }

  describe(`${name} keeps the shelf contract`, () => {
    test('what was never put is not there', async () => {
      const shelf = await begin()
      expect(await shelf.get('script', 'a')).toBeUndefined()
      expect(await shelf.list('script', '', 10)).toEqual([])
    })

    test.each([
      { value: { scenes: [{ n: 1, text: 'INT. HAÜS – NACHT\n"…" 👩🏽‍🚀' }], empty: {}, none: null, deep: [[[true]]] } },
      { value: [] },
      { value: 'a string' },
      { value: 9_007_199_254_740_991 },
      { value: 0.1 },
      { value: false },
      { value: null },
    ])('$value comes back as it was put', async ({ value }) => {
      const shelf = await begin()
      expect(await shelf.put('plan', 'a', value, 0, NOW)).toBe(1)
      expect(await shelf.get('plan', 'a')).toEqual({ value, version: 1, updatedAt: NOW })
    })

    test('every change raises the version by one', async () => {
      const shelf = await begin()
      for (const expect_ of [0, 1, 2])
        expect(await shelf.put('script', 'a', `v${expect_}`, expect_, NOW + expect_)).toBe(expect_ + 1)
      expect(await shelf.get('script', 'a')).toEqual({ value: 'v2', version: 3, updatedAt: NOW + 2 })
    })

    // the version on the shelf, the version that the writer read, and what the put answers
    test.each([
      { there: 0, read: 0, answer: 1 },
      { there: 0, read: 1, answer: undefined },
      { there: 1, read: 0, answer: undefined },
      { there: 1, read: 1, answer: 2 },
      { there: 2, read: 1, answer: undefined },
      { there: 1, read: 2, answer: undefined },
    ])('version $there is changed by who read version $read: $answer', async ({ there, read, answer }) => {
      const shelf = await begin()
      for (let version = 0; version < there; version++) await shelf.put('script', 'a', 'before', version, NOW)
      expect(await shelf.put('script', 'a', 'after', read, NOW + 1)).toBe(answer)
      const now = await shelf.get('script', 'a')
      expect(now?.value).toBe(answer === undefined ? (there === 0 ? undefined : 'before') : 'after')
      expect(now?.version ?? 0).toBe(answer ?? there)
    })

    test('of writers that read the same version, one is faster', async () => {
      const shelf = await begin()
      await shelf.put('script', 'a', 'begun', 0, NOW)
      const answers = await Promise.all(['x', 'y', 'z'].map((value) => shelf.put('script', 'a', value, 1, NOW)))
      expect(answers.filter((version) => version === 2)).toHaveLength(1)
      expect(answers.filter((version) => version === undefined)).toHaveLength(2)
    })

    test('kinds are apart', async () => {
      const shelf = await begin()
      await shelf.put('script', 'a', 1, 0, NOW)
      await shelf.put('plan', 'a', 2, 0, NOW)
      expect((await shelf.get('script', 'a'))?.value).toBe(1)
      expect((await shelf.get('plan', 'a'))?.value).toBe(2)
      expect(await shelf.get('conversation', 'a')).toBeUndefined()
    })

    test.each([
      '../../etc/passwd',
      'a/b\\c',
      'con',
      '',
      "'; DROP TABLE items; --",
      '%_*?',
      'é👩🏽‍🚀',
      'x'.repeat(10_000),
    ])('an id is data: %s', async (id) => {
      const shelf = await begin()
      await shelf.put('plan', id, 'it', 0, NOW)
      await shelf.put('plan', 'other', 'not it', 0, NOW - 1)
      expect((await shelf.get('plan', id))?.value).toBe('it')
      expect((await shelf.list('plan', id, 1))[0]?.id).toBe(id)
      expect(await shelf.claim('plan', id, 'me', NOW, NOW + 1)).toBe(true)
    })

    test('a list has the newest first, of what begins with the prefix', async () => {
      const shelf = await begin()
      const puts = [
        ['ab', 3],
        ['aa', 1],
        ['a%', 2],
        ['b', 9],
        ['A', 8],
      ] as const
      for (const [id, at] of puts) await shelf.put('script', id, {}, 0, NOW + at)
      await shelf.put('script', 'aa', {}, 1, NOW + 7)
      const ids = async (prefix: string, limit = 10): Promise<readonly string[]> =>
        (await shelf.list('script', prefix, limit)).map(({ id }) => id)
      expect(await ids('')).toEqual(['b', 'A', 'aa', 'ab', 'a%'])
      expect(await ids('a')).toEqual(['aa', 'ab', 'a%'])
      expect(await ids('a%')).toEqual(['a%'])
      expect(await ids('', 2)).toEqual(['b', 'A'])
      expect(await ids('c')).toEqual([])
      expect((await shelf.list('script', 'aa', 1))[0]).toEqual({ id: 'aa', version: 2, updatedAt: NOW + 7 })
    })

    test('the right to work on an item is one owner’s until it lapses or is given back', async () => {
      const shelf = await begin()
      const claim = (owner: string, at: number): Promise<boolean> =>
        shelf.claim('script', 'a', owner, NOW + at, NOW + at + 10)
      const moments: readonly (readonly [owner: string, at: number, answer: boolean])[] = [
        ['one', 0, true],
        ['two', 0, false],
        ['two', 9, false],
        ['one', 9, true],
        ['two', 18, false],
        ['two', 19, true],
        ['one', 19, false],
        ['two', 5, true],
        ['one', 15, true],
      ]
      for (const [owner, at, answer] of moments)
        expect([owner, at, await claim(owner, at)]).toEqual([owner, at, answer])
      await shelf.release('script', 'a', 'two')
      expect(await claim('two', 16)).toBe(false)
      await shelf.release('script', 'a', 'one')
      expect(await claim('two', 16)).toBe(true)
      expect(await shelf.claim('plan', 'a', 'one', NOW, NOW + 1)).toBe(true)
    })

    test('of many that ask at once, one gets the right', async () => {
      const shelf = await begin()
      const owners = Array.from({ length: 20 }, (_, n) => `owner ${n}`)
      const answers = await Promise.all(owners.map((owner) => shelf.claim('plan', 'a', owner, NOW, NOW + 1)))
      expect(answers.filter(Boolean)).toHaveLength(1)
    })

    test('a value beyond all measure is refused, and what was there stays', async () => {
      const shelf = await begin()
      await shelf.put('script', 'a', 'x'.repeat(19_000_000), 0, NOW)
      await expect(shelf.put('script', 'a', 'é'.repeat(10_000_000), 1, NOW)).rejects.toThrow(
        /too large to keep: 20000002 bytes/,
      )
      expect(await shelf.get('script', 'a')).toMatchObject({ version: 1 })
    })
  })
}

const NOW = Date.UTC(2026, 2, 10, 12)
