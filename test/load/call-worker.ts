import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { GenerateError } from '../../src/contract/errors.ts'
import type { World } from '../../src/contract/world.ts'
import { createShowrunner } from '../../src/index.ts'
import { realWorld } from '../../src/world.ts'

/** What a calling process is told to do. */
export interface CallTask {
  /** Of this process, in the ids of its calls: `<name>-<n>`. */
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Calls in all, and how many of them are under way at once. */
  readonly calls: number
  readonly atOnce: number
  /** No call begins after this moment. */
  readonly deadlineMs?: number
  /** How much faster its clock runs than the wall's. */
  readonly speed?: number
  /** Asked in turn, over and over. */
  readonly asks: readonly { readonly model: string; readonly prompt: string; readonly maxOutputTokens: number }[]
}

/** What it says, once a call is over or an errand is done. */
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

/**
 * A process that calls: reads errands, one line of JSON each, from stdin, runs each with a Showrunner of its own, and
 * writes a line about every call the moment that it is over. An errand without calls left is answered with `done`.
 */
for await (const line of createInterface({ input: process.stdin })) {
  await run(JSON.parse(line) as CallTask)
  report({ done: true })
}

async function run(errand: CallTask): Promise<void> {
  const { name, env, cwd, calls, atOnce, deadlineMs: untilMs = Number.POSITIVE_INFINITY, asks, speed = 1 } = errand
  const world = speedUp(realWorld(), speed)
  const showrunner = createShowrunner({ env, cwd, world })
  let next = 0
  async function runLane(): Promise<void> {
    while (next < calls && Date.now() < untilMs) {
      const n = next++
      const ask = asks[n % asks.length]
      if (!ask) throw new Error('an errand without anything to ask')
      report(await call(`${name}-${n}`, ask))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, runLane))
  await showrunner.close()

  async function call(
    callId: string,
    { model, prompt, maxOutputTokens }: CallTask['asks'][number],
  ): Promise<CallReport> {
    let microUsd: number | undefined = 0
    const onAttempt = (attempt: { readonly microUsd: number | undefined }): void => {
      microUsd = microUsd === undefined || attempt.microUsd === undefined ? undefined : microUsd + attempt.microUsd
    }
    const messages = [{ role: 'user', parts: [{ type: 'text', text: prompt }] }] as const
    const signal = AbortSignal.timeout(60_000)
    try {
      const request = { model, messages, maxOutputTokens }
      for await (const event of showrunner.generate(request, { id: callId, tool: 'load', signal, onAttempt })) {
        if (event.type === 'end') return { callId, microUsd }
      }
      return { callId, failed: 'no end', message: '' }
    } catch (error) {
      if (!(error instanceof GenerateError)) return { callId, failed: 'fault', message: String(error) }
      const { failure, message } = error
      // A caller that was told when to come back does not come back at once.
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

/** All processes of a crew see the same moments, however fast they pass. */
function speedUp(world: World, speed: number): World {
  return speed === 1
    ? world
    : { ...world, now: () => Math.floor(world.now() * speed), sleep: (ms, signal) => world.sleep(ms / speed, signal) }
}

function report(told: CallReport): void {
  writeSync(1, `${JSON.stringify(told)}\n`)
}
