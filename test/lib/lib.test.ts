import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { abortable, pause, TimeoutError, withTimeout } from '../../src/lib/abort.ts'
import { editDistance } from '../../src/lib/edit-distance.ts'
import { formatUsd } from '../../src/lib/money.ts'
import { seededRandom } from '../../src/lib/random.ts'
import { countOf, formatCount, utf8Length } from '../../src/lib/text.ts'
import { testWorld } from '../support/test-world.ts'

const never = new Promise<never>(() => {})

describe('abortable', () => {
  test('passes the outcome through and leaves no listener', async () => {
    const controller = new AbortController()
    expect(await abortable(Promise.resolve(1), controller.signal)).toBe(1)
    await expect(abortable(Promise.reject(new Error('no')), controller.signal)).rejects.toThrow('no')
  })

  test('an abort before or during the wait rejects with the error that the caller chose', async () => {
    const controller = new AbortController()
    const waiting = abortable(never, controller.signal, () => new Error('stopped'))
    controller.abort()
    await expect(waiting).rejects.toThrow('stopped')
    await expect(abortable(Promise.reject(new Error('late')), controller.signal, () => 'gone')).rejects.toBe('gone')
  })
})

describe('withTimeout', () => {
  test('returns the result and leaves no timer', async () => {
    const world = testWorld()
    expect(await withTimeout(world, 1_000, async () => 'done')).toBe('done')
    expect(world.pendingSleeps).toBe(0)
  })

  test('throws TimeoutError when the time is over, and aborts the work', async () => {
    const world = testWorld()
    let aborted: unknown
    const result = withTimeout(world, 1_000, (signal) => {
      signal.addEventListener('abort', () => (aborted = signal.reason))
      return never
    })
    const outcome = expect(result).rejects.toThrow(TimeoutError)
    await world.advance(1_000)
    await outcome
    expect(aborted).toBeInstanceOf(TimeoutError)
  })

  test("the caller's abort is thrown as it is", async () => {
    const world = testWorld()
    const controller = new AbortController()
    const result = withTimeout(world, 1_000, () => never, controller.signal)
    controller.abort(new Error('cancelled'))
    await expect(result).rejects.toThrow('cancelled')
    expect(world.pendingSleeps).toBe(0)
  })
})

test('pause ends with the chosen error when it is aborted', async () => {
  const world = testWorld()
  const controller = new AbortController()
  const waiting = pause(world, 1_000, controller.signal, () => 'stopped')
  controller.abort()
  await expect(waiting).rejects.toBe('stopped')
})

test('the same seed gives the same numbers in [0, 1)', () => {
  const [a, b] = [seededRandom(7), seededRandom(7)]
  const numbers = Array.from({ length: 100 }, a)
  expect(numbers).toEqual(Array.from({ length: 100 }, b))
  expect(numbers.every((n) => n >= 0 && n < 1)).toBe(true)
  expect(seededRandom(8)()).not.toBe(seededRandom(7)())
})

test.each([
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
  ['ab', 'ba', 1],
  ['same', 'same', 0],
])('editDistance of %j and %j is %i', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance)
  expect(editDistance(a, b, distance)).toBe(distance)
  if (distance > 0) expect(editDistance(a, b, distance - 1)).toBe(Number.POSITIVE_INFINITY)
})

test('editDistance is symmetric', () => {
  const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') })
  fc.assert(fc.property(word, word, (a, b) => editDistance(a, b) === editDistance(b, a)))
})

test.each([
  [0, '$0.00'],
  [125, '$0.000125'],
  [12_500, '$0.0125'],
  [4_500_000, '$4.50'],
])('%i micro-dollars are %s', (microUsd, text) => {
  expect(formatUsd(microUsd)).toBe(text)
})

test('counts and bytes', () => {
  expect([formatCount(0), formatCount(999), formatCount(1_000), formatCount(1_234_567)]).toEqual([
    '0',
    '999',
    '1,000',
    '1,234,567',
  ])
  expect([countOf(1, 'call'), countOf(1_200, 'call'), countOf(2, 'reply', 'replies')]).toEqual([
    '1 call',
    '1,200 calls',
    '2 replies',
  ])
  expect(utf8Length('aé€😀')).toBe(10)
})
