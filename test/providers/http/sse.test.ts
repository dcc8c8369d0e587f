import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventReader } from '../../../src/providers/http/sse.ts'

function* cut(bytes: Uint8Array, sizes: readonly number[]) {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const end = at + (sizes[turn % sizes.length] ?? 1)
    yield bytes.subarray(at, end)
    at = end
  }
}
const read = (text: string, sizes: readonly number[] = [1]) => {
  const events = createEventReader()
  const pieces = [...cut(new TextEncoder().encode(text), sizes)]
  return [...pieces.flatMap((piece) => events.push(piece)), ...events.end()]
}

test.each<[what: string, text: string, events: readonly (readonly [string, string])[]]>([
  ['one event', 'data: a\n\n', [['message', 'a']]],
  [
    'a name',
    'event: error\ndata: a\n\ndata: b\n\n',
    [
      ['error', 'a'],
      ['message', 'b'],
    ],
  ],
  ['several lines of data', 'data: a\ndata: b\n\n', [['message', 'a\nb']]],
  [
    'CRLF',
    'event: x\r\ndata: a\r\n\r\ndata: b\r\n\r\n',
    [
      ['x', 'a'],
      ['message', 'b'],
    ],
  ],
  [
    'CR alone',
    'data: a\r\rdata: b\r\r',
    [
      ['message', 'a'],
      ['message', 'b'],
    ],
  ],
  [
    'comments and other fields',
    ': OPENROUTER PROCESSING\n\nid: 7\nretry: 9\ndata: a\n\n',
    [
      [':', ''],
      ['message', 'a'],
    ],
  ],
  ['only the first space is taken off', 'data:  a\ndata:b\n\n', [['message', ' a\nb']]],
  ['a byte order mark', '\uFEFFdata: a\n\n', [['message', 'a']]],
  [
    'an end before the blank line',
    'data: a\n\ndata: b',
    [
      ['message', 'a'],
      ['message', 'b'],
    ],
  ],
  ['a name without data is nothing', 'event: x\n\n', []],
  ['no events', '', []],
])('%s', (_what, text, events) => {
  expect(read(text).map(({ event, data }) => [event, data])).toEqual(events)
})

test('it does not matter how the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text) && text !== ''),
        { minLength: 1 },
      ),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      (texts, sizes, eol) => {
        const stream = texts.map((text) => `data: ${text}${eol}${eol}`).join('')
        expect(read(stream, sizes).map((event) => event.data)).toEqual(texts)
      },
    ),
    { numRuns: 200 },
  )
})

test('a line without an end does not fill memory', () => {
  const events = createEventReader()
  const piece = new Uint8Array(1024 * 1024).fill(0x61)
  expect(() => {
    for (;;) events.push(piece)
  }).toThrow(RangeError)
})
