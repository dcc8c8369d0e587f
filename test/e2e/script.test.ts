import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GenerateRequest, Message } from '../../src/contract/generate.ts'
import { pagesAnswer, questionName, validAnswer } from '../agents/screenwriter/fake-writer.ts'
import { connect, runToCompletion, type TestClient } from '../support/clients.ts'
import { type FakeVendor, startFakeVendor, type VendorRequest } from '../support/fake-vendor.ts'

/** The whole program against a vendor that gets something wrong in every kind of question, once. */
let vendor: FakeVendor
let client: TestClient
const questions: string[] = []

beforeAll(async () => {
  vendor = await startFakeVendor((asked) => {
    const request = requestOf(asked)
    const question = questionName(request)
    questions.push(question)
    const first = questions.filter((other) => other === question).length === 1
    return { text: (first && WRONG[question]?.(request)) || validAnswer(request) }
  })
  client = await connect('1.x', { env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${vendor.origin}/v1` } })
})

afterAll(async () => {
  await client.close()
  await vendor.close()
})

const WRONG: Readonly<Record<string, (request: GenerateRequest) => string>> = {
  logline: () => 'Certainly! What genre would you like?',
  beats: () => '{"beats":[]}',
  characters: (request) => `Here they are:\n\`\`\`json\n${validAnswer(request)}\n\`\`\``,
  pages: (request) => `Here is your script:\n\`\`\`fountain\n${pagesAnswer(request)}\n\`\`\`\nEnjoy!`,
  reading: () => 'I liked it.',
  rewrite: () => '{"elements":[]}',
}

test('the script is whole, every call is booked, and every change that code made is listed', async () => {
  const structured = await runToCompletion(client, 'develop_script', {
    concept: 'A keeper finds a door under the sea.',
    format: 'short',
    target_pages: 9,
    model: 'openai/gpt-4o',
    wait_seconds: 60,
  })
  expect(structured, String(structured['next'])).toMatchObject({ status: 'complete', models: ['openai/gpt-4o'] })
  const findings = structured['findings'] as readonly { readonly code: string; readonly severity: string }[]
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(findings.map(({ code }) => code)).toContain('FIXED')
  expect(structured['fountain']).not.toMatch(/```|Here is your script|Enjoy/)
  for (const question of Object.keys(WRONG)) expect(questions, question).toContain(question)
  const { structured: usage } = await client.call('usage_report', { period: 'all' })
  const { all } = usage['periods'] as { readonly all: { readonly attempts: number; readonly cost_usd: number } }
  expect(all.attempts).toBe(questions.length)
  expect(structured['cost_usd']).toBeCloseTo(all.cost_usd, 6)
})

/** The request of the Screenwriter, as far as the bytes on the wire show it. */
function requestOf({ body }: VendorRequest): GenerateRequest {
  const { text, input = [] } = body as {
    readonly text?: {
      readonly format?: { readonly name?: string; readonly schema?: Readonly<Record<string, unknown>> }
    }
    readonly input?: readonly {
      readonly role: string
      readonly content: string | readonly { readonly text: string }[]
    }[]
  }
  const messages = input.flatMap(({ role, content }): readonly Message[] => {
    const said = typeof content === 'string' ? content : content.map((part) => part.text).join('')
    if (role !== 'user' && role !== 'assistant') return []
    return [{ role, parts: [{ type: 'text', text: said }] }]
  })
  const { name, schema = {} } = text?.format ?? {}
  return { model: '', messages, ...(name !== undefined && { json: { name, schema } }) }
}
