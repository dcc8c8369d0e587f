import { expect, test } from 'vitest'
import { createRedactor, REMOVED } from '../../src/lib/redact.ts'

const KEY = 'sk-"planted"/1f9c+äö'
const redactor = createRedactor([KEY])

test.each([
  ['as it is', KEY],
  ['JSON-escaped', JSON.stringify({ key: KEY })],
  ['URL-encoded', `https://x/?key=${encodeURIComponent(KEY)}`],
  ['in base64', Buffer.from(KEY).toString('base64')],
  ['in base64 after other text', Buffer.from(`user:${KEY}`).toString('base64')],
  ['in base64url after other text', Buffer.from(`me:${KEY}`).toString('base64url')],
])('removes a key %s', (_, text) => {
  expect(redactor.isIn(text)).toBe(true)
  expect(redactor.text(text)).toContain(REMOVED)
})

test('replaces keys in values and in the names of nested objects, and keeps everything else', () => {
  const untouched = { a: [1, 'text', null] }
  const value = { untouched, list: [`bad ${KEY}`], [`name ${KEY}`]: true }
  const result = redactor.value(value)
  expect(result).toEqual({ untouched, list: [`bad ${REMOVED}`], [`name ${REMOVED}`]: true })
  expect(redactor.value(untouched)).toBe(untouched)
})

test('short keys and the placeholder keys of local servers are ordinary words', () => {
  const words = createRedactor(['ollama', 'lm-studio', 'x'])
  expect(words.text('ask lm-studio or ollama, x')).toBe('ask lm-studio or ollama, x')
})

test('a key that is the beginning of another leaves no end of it behind', () => {
  expect(createRedactor(['planted-key', 'planted-key-of-two']).text('planted-key-of-two')).toBe(REMOVED)
})
