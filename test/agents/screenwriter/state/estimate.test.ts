import { describe, expect, test } from 'vitest'
import { createScreenwriter, type ScriptInput } from '../../../../src/agents/screenwriter/index.ts'
import type { Call, Generate, GenerateRequest } from '../../../../src/contract/generate.ts'
import { costOf, FREE, type Price } from '../../../../src/contract/price.ts'
import { memoryDocumentStore } from '../../../support/document-store.ts'
import { testWorld } from '../../../support/test-world.ts'
import { fakeWriter, questionName } from '../fake-writer.ts'

const never = new AbortController().signal
const ASK: ScriptInput = { concept: 'A keeper finds a door under the sea.', format: 'short', target_pages: 8 }
const PRICE: Price = { input: 3_000_000, output: 15_000_000, source: 'test' }

/** An upstream that counts tokens as vendors do, four characters each, and bills them at the price. */
function setUpPriced(price: Price | undefined) {
  const { generate, requests } = fakeWriter()
  const totals = { input: 0, output: 0 }
  const counted: Generate = async function* (request: GenerateRequest, call: Call) {
    const quiet: Call = { ...call, onAttempt: () => undefined }
    const input = Math.ceil(JSON.stringify([request.system, request.messages, request.json]).length / 4)
    let output = 0
    for await (const event of generate(request, quiet)) {
      if (event.type === 'text') output += Math.ceil(event.text.length / 4)
      if (event.type === 'end') book(call, { inputTokens: input, outputTokens: output })
      yield event
    }
  }
  const book = (call: Call, usage: { readonly inputTokens: number; readonly outputTokens: number }): void => {
    totals.input += usage.inputTokens
    totals.output += usage.outputTokens
    const microUsd = price && costOf(usage, price)
    const told = { at: 0, latencyMs: 1, firstTokenMs: 1, usage, microUsd, estimated: false }
    call.onAttempt?.({ model: 'fake/writer', outcome: 'ok', ...told })
  }
  const heard: string[] = []
  const named: string[] = []
  const screenwriter = createScreenwriter({
    generate: counted,
    documents: memoryDocumentStore(),
    world: testWorld(),
    priceOf: async (model) => {
      named.push(model)
      return price
    },
  })
  const develop = (input: ScriptInput) =>
    screenwriter.develop(input, { signal: never, onProgress: ({ message }) => void heard.push(message) })
  return { asked: requests, develop, heard, named, totals }
}

describe('before anything is paid for', () => {
  test('it says what the work is likely to take, and asks the price of the model that will be asked', async () => {
    const { develop, heard, named } = setUpPriced(PRICE)
    await develop({ ...ASK, model: 'fake/writer' })
    expect(named).toEqual(['fake/writer'])
    expect(heard[0]).toMatch(/^to do: 10 to 14 calls, \d\d,000 to \d\d,000 tokens, \$0\.\d\d to \$0\.\d\d$/)
    const second = heard.findIndex((message, at) => at > 0 && message.startsWith('to do: '))
    expect(heard.slice(second + 1).every((message) => message.startsWith('scene'))).toBe(true)
  })

  test.each([
    ['short', 8],
    ['tv_pilot', 30],
    ['feature', 110],
  ] as const)('what it takes in the end is of that size (%s of %d pages)', async (format, pages) => {
    const { develop, totals } = setUpPriced(PRICE)
    const refused = await develop({ ...ASK, format, target_pages: pages, max_cost_usd: 0.000_001 })
    const done = await develop({ script_id: refused.script_id, max_cost_usd: 1_000 })
    expect(done.status).toBe('complete')
    const { calls = [], tokens = [], cost_usd } = refused.estimate ?? {}
    const within = (value: number, [least = 0, most = 0]: readonly number[]) => {
      // Nothing is repaired here, and this upstream is as lean as can be.
      expect(value).toBeGreaterThan(least * 0.4)
      expect(value).toBeLessThan(most)
    }
    within(done.calls, calls)
    within(totals.input + totals.output, tokens)
    within(done.cost_usd ?? 0, cost_usd ?? [])
  })

  test('where even the least is above the cap nothing is asked, and the estimate is told', async () => {
    const { asked: requests, develop } = setUpPriced(PRICE)
    const refused = await develop({ ...ASK, max_cost_usd: 0.01 })
    expect(requests).toHaveLength(0)
    expect(refused).toMatchObject({ status: 'stopped', calls: 0, cost_usd: 0 })
    expect(refused.next).toMatch(/10 to 14 calls, .* tokens, \$0\.\d\d to \$0\.\d\d: more than max_cost_usd, \$0\.01/)
    expect(refused.next).toContain('higher max_cost_usd')
    expect((await develop({ script_id: refused.script_id, max_cost_usd: 5 })).status).toBe('complete')
  })

  test('it is looked at again before the first scene, when the outline is known', async () => {
    const { asked: requests, develop } = setUpPriced(PRICE)
    const outline = await develop({ ...ASK, stop_after: 'outline' })
    expect(outline).toMatchObject({ status: 'complete', estimate: { calls: [5, 7] } })
    expect(outline.next).toMatch(/The rest takes some 5 to 7 calls/)
    const before = requests.length
    const refused = await develop({ script_id: outline.script_id, max_cost_usd: (outline.cost_usd ?? 0) + 0.01 })
    expect(refused).toMatchObject({ status: 'stopped', next: expect.stringContaining('so far') })
    expect(requests.length).toBe(before)
  })

  test.each([
    ['a price that is not known is no reason to refuse', undefined, null, 'at a price that is not known'],
    ['what costs nothing is never refused', FREE, [0, 0], 'free of charge'],
  ] as const)('%s', async (_, price, cost_usd, words) => {
    const { develop, heard } = setUpPriced(price)
    const result = await develop({ ...ASK, max_cost_usd: 0, stop_after: 'outline' })
    expect(result).toMatchObject({ status: 'complete', estimate: { cost_usd } })
    expect(heard[0]).toContain(words)
  })

  test('nothing is left to estimate of a script that is complete', async () => {
    const { develop } = setUpPriced(PRICE)
    expect(await develop(ASK)).not.toHaveProperty('estimate')
  })
})

test('every scene says who wrote it, in how many requests and for how much; together they make the bill', async () => {
  const { develop, asked: requests } = setUpPriced(PRICE)
  const result = await develop(ASK)
  for (const { number, model, attempts } of result.scenes) {
    expect(model).toBe('fake/writer')
    expect(attempts).toBe(
      requests.filter((request) => questionName(request).replace('+', '') === `scene ${number}`).length,
    )
  }
  const outline = await setUpPriced(PRICE).develop({ ...ASK, stop_after: 'outline' })
  const scenes = result.scenes.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0)
  expect(scenes + (outline.cost_usd ?? 0)).toBeCloseTo(result.cost_usd ?? 0, 6)
})
