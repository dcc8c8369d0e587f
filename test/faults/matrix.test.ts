import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collect } from '../../src/contract/collect.ts'
import type { FailureKind } from '../../src/contract/errors.ts'
import type { Attempt } from '../../src/contract/generate.ts'
import { createShowrunner } from '../../src/index.ts'
import { realWorld } from '../../src/world.ts'
import { type Asked, type Upstream, upstream } from '../support/upstream.ts'
import { ANSWER, COUNTS, deadOrigin, FAULTS, type Fault, healthy, playOf, SENT_PIECES } from './faults.ts'
import { WIRES } from './wires.ts'

/** The limits of each phase; what is hung may not outlast them. */
const LIMIT_MS = 2_000
/** For a machine with other work to do; well below the call's own end, at which what hangs would be found. */
const SLACK_MS = 15_000
/** What is at work at once: enough to wait side by side, few enough to be on time on a small machine. */
const AT_ONCE = 8

interface Case {
  readonly nth: number
  readonly ill: (typeof WIRES)[number]
  /** Who comes next: each wire in turn, so that every way to go on from a text is met. */
  readonly well: (typeof WIRES)[number]
  readonly fault: Fault
}

const CASES: readonly Case[] = WIRES.flatMap((ill, i) =>
  FAULTS.filter(({ wire }) => wire === undefined || wire === ill.speaks).map((fault, j) => ({
    ill,
    well: WIRES[(i + j) % WIRES.length] ?? ill,
    fault,
  })),
).map((one, nth) => ({ ...one, nth }))

let vendor: Upstream
let nowhere: string
const problems = new Map<Case, readonly string[]>()

beforeAll(async () => {
  nowhere = await deadOrigin()
  vendor = await upstream((asked) => {
    const [, nth, role] = /^\/(\d+)\/(ill|well)/.exec(asked.path) ?? []
    const one = CASES[Number(nth)]
    return role === 'ill' && one ? playOf(one.fault) : healthy(asked)
  })
  const left = [...CASES]
  const work = async (): Promise<void> => {
    for (let one = left.shift(); one; one = left.shift()) problems.set(one, await problemsOf(one))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}, 120_000)

afterAll(async () => {
  await vendor.close()
  const matched = CASES.filter((one) => problems.get(one)?.length === 0).length
  process.stderr.write(`fault matrix: matched ${matched} of ${CASES.length}\n`)
})

for (const ill of WIRES) {
  describe(ill.name, () => {
    test.each(CASES.filter((one) => one.ill === ill))('$fault.name', (one) => {
      expect(problems.get(one)).toEqual([])
    })
  })
}

/** Plays one case through the whole program and says what was not as it should be. */
async function problemsOf(one: Case): Promise<readonly string[]> {
  const { fault } = one
  const cwd = mkdtempSync(join(tmpdir(), 'showrunner-fault-'))
  writeFileSync(join(cwd, 'showrunner.json'), JSON.stringify(configOf(one)))
  const world = { ...realWorld(), random: () => 0, log: () => {} }
  const house = createShowrunner({ env: { SHOWRUNNER_HOME: join(cwd, 'home') }, cwd, world })
  const attempts: Attempt[] = []
  const began = performance.now()
  try {
    const answer = await collect(
      house.generate(
        {
          model: 'ill/gpt-4o',
          fallbacks: ['well/gpt-4o'],
          messages: [{ role: 'user', parts: [{ type: 'text', text: 'What could be seen?' }] }],
        },
        {
          id: `case${one.nth}`,
          tool: 'library',
          signal: new AbortController().signal,
          onAttempt: (attempt) => attempts.push(attempt),
        },
      ),
    )
    const tookMs = performance.now() - began
    const { periods, budgets } = await house.usage('all')
    const asked = vendor.asked.filter(({ path }) => path.startsWith(`/${one.nth}/`))
    const found = [
      ...same('the text', answer.text, ANSWER),
      ...same('the finish', answer.finish, 'stop'),
      ...same('who answered', answer.provider, fault.kind === 'ok' ? 'ill' : 'well'),
      ...same('the outcomes', outcomes(attempts), [
        ...Array.from({ length: fault.asks }, () => `ill ${fault.kind}`),
        ...(fault.kind === 'ok' ? [] : ['well ok']),
      ]),
      ...same('the requests', asked.map(roleOf), [
        ...(fault.play ? Array.from({ length: fault.asks }, () => 'ill') : []),
        ...(fault.kind === 'ok' ? [] : ['well']),
      ]),
      ...attempts.flatMap((attempt, i) => unsettled(attempt, one, i)),
      ...same('the ledger', ledgerOf(periods['all']), {
        attempts: attempts.length,
        failures: attempts.filter(({ outcome }) => outcome !== 'ok').length,
        fallbacks: fault.kind === 'ok' ? 0 : 1,
        estimated_attempts: attempts.filter(({ estimated }) => estimated).length,
        micro_usd: attempts.reduce((sum, { microUsd }) => sum + (microUsd ?? 0), 0),
        calls: 1,
        lost_holds: 0,
      }),
      ...same(
        'what is still held',
        budgets.map(({ held_usd }) => held_usd),
        [0],
      ),
      ...(tookMs > mostMs(fault) ? [`it took ${Math.round(tookMs)} ms`] : []),
    ]
    return found
  } catch (error) {
    return [`it failed: ${String(error)} after ${outcomes(attempts).join(', ')}`]
  } finally {
    await house.close()
  }
}

function configOf({ nth, ill, well, fault }: Case): object {
  const provider = (role: 'ill' | 'well', { config, path }: (typeof WIRES)[number], origin: string): object => ({
    ...config,
    base_url: `${origin}/${nth}/${role}${path}`,
    api_key: 'k',
    models: ['gpt-4o'],
  })
  return {
    providers: {
      ill: provider('ill', ill, fault.play ? vendor.origin : nowhere),
      well: provider('well', well, vendor.origin),
    },
    // A dollar a million tokens of input and two of output: one and two micro-dollars a token.
    prices: Object.fromEntries(
      ['ill', 'well'].map((role) => [`${role}/gpt-4o`, { input_usd_per_mtok: 1, output_usd_per_mtok: 2 }]),
    ),
    budgets: [{ per: 'day', usd: 1 }],
    routing: {
      attempts: 3,
      patience_ms: 1_500,
      timeouts: { connect_ms: LIMIT_MS, first_token_ms: LIMIT_MS, silence_ms: LIMIT_MS, total_ms: 60_000 },
    },
  }
}

/** Said no in so many words before any sign of an answer: nothing was done that could be billed. */
const FREE: ReadonlySet<'ok' | FailureKind> = new Set([
  ...([
    'rate_limited',
    'quota_exhausted',
    'overloaded',
    'auth',
    'unknown_model',
    'context_too_long',
    'filtered',
  ] as const),
])

/** What is wrong with the settlement of an attempt. */
function unsettled(attempt: Attempt, { fault }: Case, i: number): readonly string[] {
  const { usage, microUsd, estimated, outcome, model } = attempt
  const counted = model === 'well/gpt-4o' || (outcome === 'ok' && fault.name !== 'no usage')
  const inputTokens = usage.inputTokens ?? Number.NaN
  const outputTokens = usage.outputTokens ?? Number.NaN
  const where = `attempt ${i + 1} (${outcome})`
  const paid = inputTokens + 2 * outputTokens
  if (counted) {
    return [
      ...same(`${where}: the counts`, [inputTokens, outputTokens], [COUNTS.input, COUNTS.output]),
      ...same(`${where}: the cost`, [microUsd, estimated], [COUNTS.input + 2 * COUNTS.output, false]),
    ]
  }
  if (fault.name.startsWith('content filter, an end') || fault.name === 'an end with nothing in it') {
    return same(`${where}: the cost`, [microUsd, estimated], [COUNTS.input + 2 * COUNTS.output, false])
  }
  const free = !fault.midway && (fault.play === undefined || FREE.has(outcome))
  if (free) return same(`${where}: the cost`, [microUsd, estimated], [0, false])
  const leastOutput = fault.midway ? Math.ceil(Buffer.byteLength(SENT_PIECES.join('')) / 3) : 0
  return [
    ...same(`${where}: estimated`, estimated, true),
    ...same(`${where}: the cost`, microUsd, paid),
    ...(inputTokens > 0 ? [] : [`${where}: no input was counted`]),
    ...(outputTokens >= leastOutput ? [] : [`${where}: only ${outputTokens} tokens of output were counted`]),
  ]
}

/** No longer than the limits that the fault runs into, and the waits that it asks for. */
function mostMs({ kind, asks, name }: Fault): number {
  const waits = name.startsWith('429, Retry-After in') || name.startsWith('429, Retry-After as') ? 2_000 : 0
  return (kind === 'timeout' ? LIMIT_MS : 0) + waits + asks * 200 + SLACK_MS
}

function ledgerOf(period: Readonly<Record<string, unknown>> | undefined): object {
  const { attempts, failures, fallbacks, estimated_attempts, cost_usd, calls, lost_holds } = period ?? {}
  return {
    ...{ attempts, failures, fallbacks, estimated_attempts },
    micro_usd: Math.round(Number(cost_usd) * 1e6),
    ...{ calls, lost_holds },
  }
}

function outcomes(attempts: readonly Attempt[]): readonly string[] {
  return attempts.map(({ model, outcome }) => `${model.split('/')[0]} ${outcome}`)
}

function roleOf({ path }: Asked): string {
  return path.split('/')[2] ?? ''
}

function same(what: string, is: unknown, should: unknown): readonly string[] {
  const [a, b] = [JSON.stringify(is), JSON.stringify(should)]
  return a === b ? [] : [`${what}: ${a} in place of ${b}`]
}
