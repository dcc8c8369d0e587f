import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GenerateRequest } from '../../src/contract/generate.ts'
import { questionName, sceneElements, validAnswer } from '../agents/screenwriter/fake-writer.ts'
import { connect, runToCompletion, type TestClient } from '../support/clients.ts'
import { type FakeVendor, startFakeVendor, type VendorRequest } from '../support/fake-vendor.ts'

/** The whole program against a vendor that gets something wrong in every scene, once. */
let vendor: FakeVendor
let client: TestClient
const questions: string[] = []

beforeAll(async () => {
  vendor = await startFakeVendor((asked) => {
    const request = requestOf(asked)
    const question = questionName(request)
    questions.push(question)
    const first = questions.filter((other) => other === question).length === 1
    return { text: (first && WRONG[question]?.(request)) || JSON.stringify(validAnswer(request)) }
  })
  client = await connect('1.x', { env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${vendor.origin}/v1` } })
})

afterAll(async () => {
  await client.close()
  await vendor.close()
})

type Elements = readonly Record<string, unknown>[]
const scene = (request: GenerateRequest, change: (elements: Elements) => Elements): string =>
  JSON.stringify({ elements: change(sceneElements(request)), facts: [] })

const WRONG: Readonly<Record<string, (request: GenerateRequest) => string>> = {
  logline: () => 'Certainly! What genre would you like?',
  characters: (request) => JSON.stringify(validAnswer(request)).replace('TOBIAS', 'MARRA'),
  beats: () => '{"beats":[]}',
  'scene 1': (request) => `Here is your scene:\n\`\`\`json\n${JSON.stringify(validAnswer(request))}\n\`\`\`\nEnjoy!`,
  'scene 2': (request) => scene(request, (all) => all.map((e) => (e['speaker'] ? { ...e, speaker: 'THE VICAR' } : e))),
  'scene 3': () => '{"elements":[],"facts":[]}',
  'scene 4': (request) => JSON.stringify(validAnswer(request)).slice(0, -200),
  'scene 5': (request) => scene(request, (all) => [...all.slice(0, 5), ...all.slice(1, 5), ...all.slice(1, 5)]),
  'scene 6': (request) => scene(request, (all) => [...all, { type: 'action', text: 'She turns and' }]),
}

test('the script passes every check, every call is booked, and every scene says what it took', async () => {
  const structured = await runToCompletion(client, 'develop_script', {
    concept: 'A keeper finds a door under the sea.',
    format: 'short',
    target_pages: 9,
    model: 'openai/gpt-4o',
    wait_seconds: 60,
  })
  expect(structured, String(structured['next'])).toMatchObject({ status: 'complete', models: ['openai/gpt-4o'] })
  const findings = structured['findings'] as readonly { readonly code: string; readonly message: string }[]
  expect(findings.map(({ code }) => code)).toEqual(['CHECKED'])
  expect(findings[0]?.message).toMatch(/^(\d+) of \1 checks passed/)
  expect(structured['fountain']).not.toMatch(/VICAR|MARRA|```|Certainly|Enjoy|turns and\n/)
  for (const question of Object.keys(WRONG)) expect(questions, question).toContain(question)
  const scenes = structured['scenes'] as readonly { readonly attempts: number; readonly cost_usd: number }[]
  expect(scenes.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(
    questions.filter((question) => question.startsWith('scene')).length,
  )
  const { structured: usage } = await client.call('usage_report', { period: 'all' })
  const { all } = usage['periods'] as { readonly all: { readonly attempts: number; readonly cost_usd: number } }
  expect(all.attempts).toBe(questions.length)
  expect(structured['cost_usd']).toBeCloseTo(all.cost_usd, 6)
})

/** The screenwriter's request, as far as the wire shows it. */
function requestOf({ body }: VendorRequest): GenerateRequest {
  const { text, input } = body as {
    readonly text?: {
      readonly format?: { readonly name?: string; readonly schema?: Readonly<Record<string, unknown>> }
    }
    readonly input?: readonly {
      readonly role: string
      readonly content: string | readonly { readonly text: string }[]
    }[]
  }
  const { name = '', schema = {} } = text?.format ?? {}
  const said = input?.find(({ role }) => role === 'user')?.content ?? ''
  const prompt = typeof said === 'string' ? said : said.map((part) => part.text).join('')
  return { model: '', messages: [{ role: 'user', parts: [{ type: 'text', text: prompt }] }], json: { name, schema } }
}
