import { expect, test } from 'vitest'
import { computeAccountId } from '../../src/providers/account.ts'

const ACCOUNT = { id: 'openai', baseUrl: 'https://api.openai.com/v1', key: 'sk-1' }

test('the account id is the same for the same address and key, with or without a trailing slash', () => {
  expect(computeAccountId(ACCOUNT)).toMatch(/^[0-9a-f]{16}$/)
  expect(computeAccountId({ ...ACCOUNT, baseUrl: 'https://api.openai.com/v1/' })).toBe(computeAccountId(ACCOUNT))
})

test.each([
  ['key', { key: 'sk-2' }],
  ['address', { baseUrl: 'https://gateway.example/v1' }],
  ['provider', { id: 'mine' }],
])('another %s is another account', (_, change) => {
  expect(computeAccountId({ ...ACCOUNT, ...change })).not.toBe(computeAccountId(ACCOUNT))
})

test('an account without a key is not the account of an empty key', () => {
  expect(computeAccountId({ id: 'lab', baseUrl: 'http://127.0.0.1:1/v1' })).not.toBe(
    computeAccountId({ id: 'lab', baseUrl: 'http://127.0.0.1:1/v1', key: '' }),
  )
})
