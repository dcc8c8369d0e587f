import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { GenerateError } from '../../src/contract/errors.ts'
import type { World } from '../../src/contract/world.ts'
import { createShowrunner } from '../../src/index.ts'
import { realWorld } from '../../src/world.ts'

/** The task of a calling process. */
export interface CallTask {
  /** Prefix of the ids of this process's calls: `<name>-<n>`. */
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Calls in all, and how many of them are under way at once. */
  readonly calls: number
  readonly atOnce: number
  /** No call begins after this moment. */
  readonly deadlineMs?: number
  /** How much faster its clock runs than the real one. */
  readonly speed?: number
  /** The requests, sent in rotation. */
  readonly asks: readonly CallAsk[]
}

/** One request. */
export interface CallAsk {
  readonly model: string
  readonly fallbacks?: readonly string[]
  readonly prompt: string
  readonly maxOutputTokens: number
  /**
   * When the caller leaves: at the end (default), at a random moment (`cancelled`), at a deadline of its own (`late`), or
   * with the first text.
   */
  readonly until?: 'end' | 'cancelled' | 'late' | 'first text'
}

/** A line on each finished call; `done` at the end of a task. */
export type CallReport =
  | { readonly done: true }
  | { readonly callId: string; readonly microUsd: number | undefined }
  | {
      readonly callId: string
      readonly failed: string
      readonly message: string
      readonly by?: string | undefined
      readonly freeAt?: number | undefined
    }

/** The longest time before a caller leaves early. */
const LEAVE_MS = 250

/**
 * A process that calls: reads tasks, one line of JSON each, from stdin, runs each with a Showrunner of its own, and
 * writes a line about every call as soon as it is over.
 */
for await (const line of createInterface({ input: process.stdin })) {
  await run(JSON.parse(line) as CallTask)
  report({ done: true })
}

async function run(task: CallTask): Promise<void> {
  const { name, env, cwd, calls, atOnce, deadlineMs: untilMs = Number.POSITIVE_INFINITY, asks, speed = 1 } = task
  const world = speedUp(realWorld(), speed)
  const showrunner = createShowrunner({ env, cwd, world })
  let next = 0
  async function runLane(): Promise<void> {
    while (next < calls && Date.now() < untilMs) {
      const n = next++
      const ask = asks[n % asks.length]
      if (!ask) throw new Error('a task without anything to ask')
      report(await call(`${name}-${n}`, ask))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, runLane))
  await showrunner.close()

  async function call(
    callId: string,
    { model, fallbacks = [], prompt, maxOutputTokens, until = 'end' }: CallAsk,
  ): Promise<CallReport> {
    let microUsd: number | undefined = 0
    const onAttempt = (attempt: { readonly microUsd: number | undefined }): void => {
      microUsd = microUsd === undefined || attempt.microUsd === undefined ? undefined : microUsd + attempt.microUsd
    }
    const messages = [{ role: 'user', parts: [{ type: 'text', text: prompt }] }] as const
    const signal = AbortSignal.timeout(until === 'cancelled' ? Math.floor(Math.random() * LEAVE_MS) : 60_000)
    const deadline = until === 'late' ? { deadline: world.now() + Math.floor(Math.random() * LEAVE_MS) } : {}
    try {
      const request = { model, fallbacks, messages, maxOutputTokens }
      for await (const event of showrunner.generate(request, {
        id: callId,
        tool: 'load',
        signal,
        onAttempt,
        ...deadline,
      })) {
        if (event.type === 'end') return { callId, microUsd }
        if (event.type === 'text' && until === 'first text') break
      }
      return { callId, failed: 'left', message: '' }
    } catch (error) {
      if (!(error instanceof GenerateError)) return { callId, failed: 'fault', message: String(error) }
      const { failure, message } = error
      // The caller waits a little, because its limit refuses it for some time.
      if (failure.kind === 'refused_by_limit') await new Promise((resolve) => setTimeout(resolve, 50))
      return {
        callId,
        failed: failure.kind,
        message,
        ...('freeAt' in failure && { freeAt: failure.freeAt }),
        ...('budget' in failure && { by: failure.budget }),
        ...('limit' in failure && { by: failure.limit }),
      }
    }
  }
}

/** The clocks of all workers show the same time, however fast they run. */
function speedUp(world: World, speed: number): World {
  return speed === 1
    ? world
    : { ...world, now: () => Math.floor(world.now() * speed), sleep: (ms, signal) => world.sleep(ms / speed, signal) }
}

function report(line: CallReport): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}
