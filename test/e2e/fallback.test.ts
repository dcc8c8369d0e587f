import { describe, expect, test } from 'vitest'
import { connect } from '../support/clients.ts'
import { startFakeVendor, type VendorResponse } from '../support/fake-vendor.ts'

const FAILURES: readonly {
  readonly name: string
  readonly play: VendorResponse
  readonly outcome: string
  readonly calls: number
  /** Requests that reach the vendor, if not one an attempt: an address without /responses is asked on Chat Completions too. */
  readonly requests?: number
}[] = [
  { name: '500', play: { status: 500 }, outcome: 'overloaded', calls: 3 },
  {
    name: '429 with Retry-After: 0',
    play: { status: 429, headers: { 'retry-after': '0' } },
    outcome: 'rate_limited',
    calls: 3,
  },
  {
    name: '429 with Retry-After: 120',
    play: { status: 429, headers: { 'retry-after': '120' } },
    outcome: 'rate_limited',
    calls: 1,
  },
  {
    name: '429 of a spent quota',
    play: {
      status: 429,
      error: {
        error: { code: 'insufficient_quota', type: 'insufficient_quota', message: 'You exceeded your current quota' },
      },
    },
    outcome: 'quota_exhausted',
    calls: 1,
  },
  { name: '401', play: { status: 401 }, outcome: 'auth', calls: 1 },
  { name: '400', play: { status: 400 }, outcome: 'invalid_request', calls: 1 },
  { name: '404', play: { status: 404 }, outcome: 'unknown_model', calls: 1, requests: 2 },
  { name: 'headers and then nothing', play: 'hang', outcome: 'timeout', calls: 1 },
]

describe('a failing first model and a healthy second', () => {
  test.each(FAILURES)(
    '$name: the second answers, attempts tell the truth',
    async ({ play, outcome, calls, requests = calls }) => {
      const ill = await startFakeVendor(() => play)
      const well = await startFakeVendor(() => ({ text: 'Here I am.' }))
      const client = await connect('2.x on 2026-07-28', {
        env: {
          OPENAI_API_KEY: 'k',
          OPENAI_BASE_URL: `${ill.origin}/v1`,
          GROQ_API_KEY: 'k',
          GROQ_BASE_URL: `${well.origin}/v1`,
        },
      })
      try {
        const second = 'groq/llama-3.3-70b-versatile'
        const { structured } = await client.call('generate_text', {
          prompt: 'Anyone?',
          model: 'openai/gpt-4o',
          fallbacks: [second],
          timeout_ms: 8_000,
        })
        expect(structured).toMatchObject({ text: 'Here I am.', model: second })
        const outcomes = (structured['attempts'] as { model: string; outcome: string }[]).map(
          ({ model, outcome: came }) => `${model} ${came}`,
        )
        expect(outcomes).toEqual([...Array(calls).fill(`openai/gpt-4o ${outcome}`), `${second} ok`])
        expect(ill.requests).toHaveLength(requests)
      } finally {
        await client.close()
        await Promise.all([ill.close(), well.close()])
      }
    },
  )
})
