import { describe, expect, onTestFinished, test } from 'vitest'
import type { DocumentStore } from '../../src/contract/document-store.ts'
import type { World } from '../../src/contract/world.ts'
import { testWorld } from '../support/test-world.ts'

/** Opens a store that is new and empty. */
export type OpenDocumentStore = (deps: { readonly world: World }) => Promise<DocumentStore>

/** The contract of every document store. */
export function testDocumentStoreContract(name: string, open: OpenDocumentStore): void {
  async function openTestStore(): Promise<DocumentStore> {
    const documents = await open({ world: testWorld({ now: NOW }) })
    onTestFinished(() => documents.close())
    return documents
  }

  describe(`${name} keeps the document store contract`, () => {
    test('a document that was never put is not there', async () => {
      const documents = await openTestStore()
      expect(await documents.get('script', 'a')).toBeUndefined()
      expect(await documents.list('script', '', 10)).toEqual([])
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
      const documents = await openTestStore()
      expect(await documents.put('plan', 'a', value, 0, NOW)).toBe(1)
      expect(await documents.get('plan', 'a')).toEqual({ value, version: 1, updatedAt: NOW })
    })

    test('every change raises the version by one', async () => {
      const documents = await openTestStore()
      for (const expect_ of [0, 1, 2])
        expect(await documents.put('script', 'a', `v${expect_}`, expect_, NOW + expect_)).toBe(expect_ + 1)
      expect(await documents.get('script', 'a')).toEqual({ value: 'v2', version: 3, updatedAt: NOW + 2 })
    })

    // The version in the store, the version that the writer read, and the answer of the put.
    test.each([
      { there: 0, read: 0, answer: 1 },
      { there: 0, read: 1, answer: undefined },
      { there: 1, read: 0, answer: undefined },
      { there: 1, read: 1, answer: 2 },
      { there: 2, read: 1, answer: undefined },
      { there: 1, read: 2, answer: undefined },
    ])(
      'a put by a writer that read version $read of version $there answers $answer',
      async ({ there, read, answer }) => {
        const documents = await openTestStore()
        for (let version = 0; version < there; version++) await documents.put('script', 'a', 'before', version, NOW)
        expect(await documents.put('script', 'a', 'after', read, NOW + 1)).toBe(answer)
        const now = await documents.get('script', 'a')
        expect(now?.value).toBe(answer === undefined ? (there === 0 ? undefined : 'before') : 'after')
        expect(now?.version ?? 0).toBe(answer ?? there)
      },
    )

    test('of writers that read the same version, one succeeds', async () => {
      const documents = await openTestStore()
      await documents.put('script', 'a', 'begun', 0, NOW)
      const answers = await Promise.all(['x', 'y', 'z'].map((value) => documents.put('script', 'a', value, 1, NOW)))
      expect(answers.filter((version) => version === 2)).toHaveLength(1)
      expect(answers.filter((version) => version === undefined)).toHaveLength(2)
    })

    test('each kind has its own ids', async () => {
      const documents = await openTestStore()
      await documents.put('script', 'a', 1, 0, NOW)
      await documents.put('plan', 'a', 2, 0, NOW)
      expect((await documents.get('script', 'a'))?.value).toBe(1)
      expect((await documents.get('plan', 'a'))?.value).toBe(2)
      expect(await documents.get('conversation', 'a')).toBeUndefined()
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
      const documents = await openTestStore()
      await documents.put('plan', id, 'it', 0, NOW)
      await documents.put('plan', 'other', 'not it', 0, NOW - 1)
      expect((await documents.get('plan', id))?.value).toBe('it')
      expect((await documents.list('plan', id, 1))[0]?.id).toBe(id)
      expect(await documents.acquireLease('plan', id, 'me', NOW, NOW + 1)).toBe(true)
    })

    test('a list has the newest first, of what begins with the prefix', async () => {
      const documents = await openTestStore()
      const puts = [
        ['ab', 3],
        ['aa', 1],
        ['a%', 2],
        ['b', 9],
        ['A', 8],
      ] as const
      for (const [id, at] of puts) await documents.put('script', id, {}, 0, NOW + at)
      await documents.put('script', 'aa', {}, 1, NOW + 7)
      const ids = async (prefix: string, limit = 10): Promise<readonly string[]> =>
        (await documents.list('script', prefix, limit)).map(({ id }) => id)
      expect(await ids('')).toEqual(['b', 'A', 'aa', 'ab', 'a%'])
      expect(await ids('a')).toEqual(['aa', 'ab', 'a%'])
      expect(await ids('a%')).toEqual(['a%'])
      expect(await ids('', 2)).toEqual(['b', 'A'])
      expect(await ids('c')).toEqual([])
      expect((await documents.list('script', 'aa', 1))[0]).toEqual({ id: 'aa', version: 2, updatedAt: NOW + 7 })
    })

    test('a lease belongs to one owner until it expires or is released', async () => {
      const documents = await openTestStore()
      const claim = (owner: string, at: number): Promise<boolean> =>
        documents.acquireLease('script', 'a', owner, NOW + at, NOW + at + 10)
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
      await documents.releaseLease('script', 'a', 'two')
      expect(await claim('two', 16)).toBe(false)
      await documents.releaseLease('script', 'a', 'one')
      expect(await claim('two', 16)).toBe(true)
      expect(await documents.acquireLease('plan', 'a', 'one', NOW, NOW + 1)).toBe(true)
    })

    test('of many owners that ask at once, one gets the lease', async () => {
      const documents = await openTestStore()
      const owners = Array.from({ length: 20 }, (_, n) => `owner ${n}`)
      const answers = await Promise.all(owners.map((owner) => documents.acquireLease('plan', 'a', owner, NOW, NOW + 1)))
      expect(answers.filter(Boolean)).toHaveLength(1)
    })

    test('a value above the size limit is refused, and the old one stays', async () => {
      const documents = await openTestStore()
      await documents.put('script', 'a', 'x'.repeat(19_000_000), 0, NOW)
      await expect(documents.put('script', 'a', 'é'.repeat(10_000_000), 1, NOW)).rejects.toThrow(
        /too large to keep: 20000002 bytes/,
      )
      expect(await documents.get('script', 'a')).toMatchObject({ version: 1 })
    })
  })
}

const NOW = Date.UTC(2026, 2, 10, 12)
