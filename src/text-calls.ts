import type { Answer } from './contract/collect.ts'
import { GenerateError } from './contract/errors.ts'
import type { Attempt } from './contract/generate.ts'
import type { World } from './contract/world.ts'

/**
 * The calls of `generate_text` in this process: those that run, and the newest that have ended. A call outlives the
 * request that started it, so that a client with a short time-out can ask for it again and nothing is paid twice. Texts
 * are kept in memory only, because answers are not written to disk.
 */
export interface TextCalls {
  /**
   * Starts a call, or joins an earlier one with the same `key`: one that still runs and was started more than a second
   * ago, or one that answered `running` and whose result was not collected within ten minutes of its end. Calls that
   * start within the same second are separate, because an agent may ask for several answers at once.
   */
  start(key: string, run: (call: TextCallRun) => Promise<TextOutcome>): StartedCall
  get(id: string): TextCall | undefined
  /** Calls whose text is kept, newest first. */
  list(): readonly TextCall[]
  /** Cancels every running call and resolves when the last is settled. */
  close(): Promise<void>
}

export interface StartedCall {
  readonly call: TextCall
  /** True: the call had been started before. */
  readonly isJoined: boolean
}

export interface TextCall {
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly status: 'running' | 'complete' | 'failed' | 'cancelled'
  /** The text so far; it is kept when the call fails or is cancelled. */
  readonly text: string
  /** Settled attempts so far, in order. */
  readonly attempts: readonly Attempt[]
  /** An earlier call with the same key that was cancelled after some text. */
  readonly cancelledBefore: TextCall | undefined
  /**
   * Resolves to the outcome, or to `running` after `waitMs`. Rejects with the error of the call. When `signal` aborts,
   * the call is cancelled unless another caller waits for it.
   */
  wait(options: TextCallWait): Promise<TextOutcome | 'running'>
}

export interface TextCallWait {
  readonly waitMs: number
  readonly signal: AbortSignal
  readonly onProgress?: (update: TextProgress) => void
}

/** `done`: characters so far. */
export interface TextProgress {
  readonly message: string
  readonly done?: number
}

/** A running call, as the code that runs it sees it. */
export interface TextCallRun {
  readonly id: string
  readonly startedAt: number
  /** Aborts when the call is cancelled. */
  readonly signal: AbortSignal
  addText(text: string): void
  addAttempt(attempt: Attempt): void
  /** Sent to every caller that waits. */
  report(update: TextProgress): void
}

export interface TextOutcome {
  readonly answer: Answer
  /** True: the answer is JSON, which was asked for. */
  readonly isJson: boolean
  readonly endedAt: number
  /** The conversation that the answer was saved to. */
  readonly conversationId: string | null
  /** Input fields that had no effect. */
  readonly ignored: readonly string[]
  readonly warnings: readonly string[]
}

/** An agent that asks for several answers sends its calls within this time; a client that sends again does so later. */
const SAME_MOMENT_MS = 1_000
const COLLECT_WITHIN_MS = 600_000
/** Bounds of what is kept of ended calls. */
const MAX_KEPT_CALLS = 50
const MAX_KEPT_CHARS = 10_000_000

interface CallState {
  readonly key: string
  readonly call: TextCall
  readonly controller: AbortController
  readonly listeners: Set<(update: TextProgress) => void>
  readonly text: string[]
  readonly attempts: Attempt[]
  chars: number
  status: TextCall['status']
  lastUpdate: TextProgress | undefined
  endedAt: number | undefined
  /** True: a caller was answered `running` and no caller has had the result since. */
  isUncollected: boolean
  /** Never rejects. */
  ended: Promise<{ readonly outcome: TextOutcome } | { readonly error: unknown }>
}

export function createTextCalls(world: World): TextCalls {
  const states = new Map<string, CallState>()

  function isJoinable(state: CallState, key: string): boolean {
    if (state.key !== key) return false
    const now = world.now()
    if (state.controller.signal.aborted) return false
    if (state.status === 'running') return state.isUncollected || now - state.call.startedAt >= SAME_MOMENT_MS
    return state.status === 'complete' && state.isUncollected && now - (state.endedAt ?? now) < COLLECT_WITHIN_MS
  }

  function evictOldest(): void {
    const ended = [...states].filter(([, state]) => state.status !== 'running')
    let [calls, chars] = [ended.length, ended.reduce((sum, [, state]) => sum + state.chars, 0)]
    for (const [id, state] of ended) {
      if (calls <= MAX_KEPT_CALLS && chars <= MAX_KEPT_CHARS) return
      states.delete(id)
      calls -= 1
      chars -= state.chars
    }
  }

  function startCall(key: string, run: (call: TextCallRun) => Promise<TextOutcome>): TextCall {
    const earlier = [...states.values()].findLast((state) => state.key === key)
    const state = createCallState(
      world,
      key,
      earlier?.status === 'cancelled' && earlier.chars > 0 ? earlier : undefined,
    )
    states.set(state.call.id, state)
    state.ended = run({
      id: state.call.id,
      startedAt: state.call.startedAt,
      signal: state.controller.signal,
      addText(text) {
        state.text.push(text)
        state.chars += text.length
      },
      addAttempt: (attempt) => void state.attempts.push(attempt),
      report(update) {
        state.lastUpdate = update
        for (const listener of state.listeners) listener(update)
      },
    })
      .then(
        (outcome) => {
          state.status = 'complete'
          return { outcome }
        },
        (error: unknown) => {
          state.status = state.controller.signal.aborted ? 'cancelled' : 'failed'
          return { error }
        },
      )
      .finally(() => {
        state.endedAt = world.now()
        evictOldest()
      })
    return state.call
  }

  return {
    start(key, run) {
      const earlier = [...states.values()].findLast((state) => isJoinable(state, key))
      return earlier ? { call: earlier.call, isJoined: true } : { call: startCall(key, run), isJoined: false }
    },
    get: (id) => states.get(id)?.call,
    list: () =>
      [...states.values()]
        .filter((state) => state.chars > 0)
        .map((state) => state.call)
        .reverse(),
    async close() {
      const running = [...states.values()].filter((state) => state.status === 'running')
      for (const state of running) state.controller.abort(new Error('Showrunner is shutting down.'))
      await Promise.all(running.map((state) => state.ended))
    },
  }
}

function createCallState(world: World, key: string, cancelled: CallState | undefined): CallState {
  const state: CallState = {
    key,
    controller: new AbortController(),
    listeners: new Set(),
    text: [],
    attempts: [],
    chars: 0,
    status: 'running',
    lastUpdate: undefined,
    endedAt: undefined,
    isUncollected: false,
    ended: new Promise(() => {}),
    call: {
      id: world.id(),
      startedAt: world.now(),
      cancelledBefore: cancelled?.call,
      get status() {
        return state.status
      },
      get text() {
        return joinChunks(state.text)
      },
      get attempts() {
        return state.attempts
      },
      wait: (options) => waitForCall(world, state, options),
    },
  }
  return state
}

async function waitForCall(
  world: World,
  state: CallState,
  { waitMs, signal, onProgress }: TextCallWait,
): Promise<TextOutcome | 'running'> {
  const listener = (update: TextProgress): void => onProgress?.(update)
  const stopTimer = new AbortController()
  const timer = world.sleep(waitMs, AbortSignal.any([signal, stopTimer.signal])).then(
    () => 'time is up' as const,
    () => 'aborted' as const,
  )
  state.listeners.add(listener)
  if (state.lastUpdate) listener(state.lastUpdate)
  const first = await Promise.race([state.ended, timer])
  stopTimer.abort()
  state.listeners.delete(listener)
  if (first === 'time is up' && state.status === 'running') {
    state.isUncollected = true
    return 'running'
  }
  if (first === 'aborted' && state.listeners.size > 0)
    throw new GenerateError({ kind: 'cancelled' }, 'Cancelled; the call goes on for another caller.')
  if (first === 'aborted') state.controller.abort(signal.reason)
  // A cancelled call is waited for, because what it cost is booked before its caller goes on.
  const result = await state.ended
  state.isUncollected = false
  if ('error' in result) throw result.error
  return result.outcome
}

/** The text as one string; the chunks are replaced by it, so that reading again costs nothing. */
function joinChunks(chunks: string[]): string {
  if (chunks.length > 1) chunks.splice(0, chunks.length, chunks.join(''))
  return chunks[0] ?? ''
}
