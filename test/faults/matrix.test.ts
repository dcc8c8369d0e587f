import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collectAnswer } from '../../src/contract/collect.ts'
import type { FailureKind } from '../../src/contract/errors.ts'
import type { Attempt } from '../../src/contract/generate.ts'
import { createShowrunner } from '../../src/index.ts'
import { realWorld } from '../../src/world.ts'
import { type FakeVendor, startFakeVendor, type VendorRequest } from '../support/fake-vendor.ts'
import {
  ANSWER,
  FAULTS,
  type Fault,
  faultResponse,
  healthyResponse,
  SENT_PIECES,
  TOKEN_COUNTS,
  unreachableOrigin,
} from './faults.ts'
import { WIRES } from './wires.ts'

/** The limit of each phase, which a hung request may not exceed. */
const LIMIT_MS = 2_000
/** Allowance for a busy machine, well below the deadline of the call, at which a hung request would end anyway. */
const SLACK_MS = 15_000
/** Cases that run at once: enough to wait in parallel, few enough for a small machine to be on time. */
const CONCURRENCY = 8

interface Case {
  readonly nth: number
  readonly ill: (typeof WIRES)[number]
  /** The wire of the next model: each wire in turn, so that every way to continue a text is covered. */
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

let vendor: FakeVendor
let unreachableUrl: string
const problems = new Map<Case, readonly string[]>()

beforeAll(async () => {
  unreachableUrl = await unreachableOrigin()
  vendor = await startFakeVendor((asked) => {
    const [, nth, role] = /^\/(\d+)\/(ill|well)/.exec(asked.path) ?? []
    const one = CASES[Number(nth)]
    return role === 'ill' && one ? faultResponse(one.fault) : healthyResponse(asked)
  })
  const left = [...CASES]
  const work = async (): Promise<void> => {
    for (let one = left.shift(); one; one = left.shift()) problems.set(one, await findProblems(one))
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
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

/** Plays one case through the whole program and returns a line for each difference from the expected result. */
async function findProblems(one: Case): Promise<readonly string[]> {
  const { fault } = one
  const cwd = mkdtempSync(join(tmpdir(), 'showrunner-fault-'))
  writeFileSync(join(cwd, 'showrunner.json'), JSON.stringify(configOf(one)))
  const world = { ...realWorld(), random: () => 0, log: () => {} }
  const house = createShowrunner({
    env: { SHOWRUNNER_HOME: join(cwd, 'home'), SHOWRUNNER_CONFIG: join(cwd, 'showrunner.json') },
    cwd,
    world,
  })
  const attempts: Attempt[] = []
  const began = performance.now()
  try {
    const answer = await collectAnswer(
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
    const asked = vendor.requests.filter(({ path }) => path.startsWith(`/${one.nth}/`))
    const found = [
      ...describeDifference('the text', answer.text, ANSWER),
      ...describeDifference('the finish', answer.finish, 'stop'),
      ...describeDifference('the model that answered', answer.provider, fault.kind === 'ok' ? 'ill' : 'well'),
      ...describeDifference('the outcomes', outcomes(attempts), [
        ...Array.from({ length: fault.expectedRequests }, () => `ill ${fault.kind}`),
        ...(fault.kind === 'ok' ? [] : ['well ok']),
      ]),
      ...describeDifference('the requests', asked.map(roleOf), [
        ...(fault.respond ? Array.from({ length: fault.expectedRequests }, () => 'ill') : []),
        ...(fault.kind === 'ok' ? [] : ['well']),
      ]),
      ...attempts.flatMap((attempt, i) => attemptProblems(attempt, one, i)),
      ...describeDifference('the ledger', ledgerOf(periods['all']), {
        attempts: attempts.length,
        failures: attempts.filter(({ outcome }) => outcome !== 'ok').length,
        fallbacks: fault.kind === 'ok' ? 0 : 1,
        estimated_attempts: attempts.filter(({ estimated }) => estimated).length,
        micro_usd: attempts.reduce((sum, { microUsd }) => sum + (microUsd ?? 0), 0),
        calls: 1,
        lost_holds: 0,
      }),
      ...describeDifference(
        'the amount still held',
        budgets.map(({ held_usd }) => held_usd),
        [0],
      ),
      ...(tookMs > maxDurationMs(fault) ? [`it took ${Math.round(tookMs)} ms`] : []),
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
      ill: provider('ill', ill, fault.respond ? vendor.origin : unreachableUrl),
      well: provider('well', well, vendor.origin),
    },
    // A dollar a million tokens of input and two of output: one and two micro-dollars a token.
    prices: Object.fromEntries(
      ['ill', 'well'].map((role) => [`${role}/gpt-4o`, { input_usd_per_mtok: 1, output_usd_per_mtok: 2 }]),
    ),
    budgets: [{ per: 'day', usd: 1 }],
    routing: {
      max_attempts_per_model: 3,
      max_wait_ms: 1_500,
      timeouts: { connect_ms: LIMIT_MS, first_token_ms: LIMIT_MS, idle_ms: LIMIT_MS, total_ms: 60_000 },
    },
  }
}

/** Explicit refusals before any sign of an answer, which cannot be billed. */
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

/** Describes each error in the settlement of an attempt. */
function attemptProblems(attempt: Attempt, { fault }: Case, i: number): readonly string[] {
  const { usage, microUsd, estimated, outcome, model } = attempt
  const counted = model === 'well/gpt-4o' || (outcome === 'ok' && fault.name !== 'no usage')
  const inputTokens = usage.inputTokens ?? Number.NaN
  const outputTokens = usage.outputTokens ?? Number.NaN
  const where = `attempt ${i + 1} (${outcome})`
  const paid = inputTokens + 2 * outputTokens
  if (counted) {
    return [
      ...describeDifference(
        `${where}: the counts`,
        [inputTokens, outputTokens],
        [TOKEN_COUNTS.input, TOKEN_COUNTS.output],
      ),
      ...describeDifference(
        `${where}: the cost`,
        [microUsd, estimated],
        [TOKEN_COUNTS.input + 2 * TOKEN_COUNTS.output, false],
      ),
    ]
  }
  if (fault.name.startsWith('content filter, an end') || fault.name === 'an end with nothing in it') {
    return describeDifference(
      `${where}: the cost`,
      [microUsd, estimated],
      [TOKEN_COUNTS.input + 2 * TOKEN_COUNTS.output, false],
    )
  }
  const free = !fault.afterContent && (fault.respond === undefined || FREE.has(outcome))
  if (free) return describeDifference(`${where}: the cost`, [microUsd, estimated], [0, false])
  const leastOutput = fault.afterContent ? Math.ceil(Buffer.byteLength(SENT_PIECES.join('')) / 3) : 0
  return [
    ...describeDifference(`${where}: estimated`, estimated, true),
    ...describeDifference(`${where}: the cost`, microUsd, paid),
    ...(inputTokens > 0 ? [] : [`${where}: no input was counted`]),
    ...(outputTokens >= leastOutput ? [] : [`${where}: only ${outputTokens} tokens of output were counted`]),
  ]
}

/** The most time a case may take: the limits that the fault runs into, and the waits that it asks for. */
function maxDurationMs({ kind, expectedRequests: asks, name }: Fault): number {
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

function roleOf({ path }: VendorRequest): string {
  return path.split('/')[2] ?? ''
}

function describeDifference(what: string, is: unknown, should: unknown): readonly string[] {
  const [a, b] = [JSON.stringify(is), JSON.stringify(should)]
  return a === b ? [] : [`${what}: ${a} in place of ${b}`]
}
