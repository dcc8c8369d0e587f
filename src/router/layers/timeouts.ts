import { GenerateError } from '../../contract/errors.ts'
import type { GenerateEvent, GenerateRequest } from '../../contract/generate.ts'
import type { Candidate, Timeouts } from '../../contract/registry.ts'
import { createStream, lazyStream } from '../../contract/stream.ts'
import type { World } from '../../contract/world.ts'
import { abortError } from '../abort.ts'
import type { Handler } from '../context.ts'
import { candidateName } from '../format.ts'

/**
 * Gives up on a silent upstream: no headers in time, no first sign of life, silence in the middle, or the call's own time
 * over. Time counts only while the upstream is waited for, not while the reader is busy. A model that reasons without
 * showing it may take as long between its signs of life as before the first.
 *
 * However an attempt ends, its upstream request is aborted and no timer is left; an upstream that ignores the abort is
 * left to itself.
 */
export function timeouts(world: World, configured: Timeouts, candidate: Candidate): (next: Handler) => Handler {
  const name = candidateName(candidate)
  return (next) => (request, context) =>
    lazyStream(async () => {
      const durations = durationsFor(configured, candidate, request)
      if (context.signal.aborted) throw abortError(context.signal)
      const controller = new AbortController()
      let rejectRead: ((error: GenerateError) => void) | undefined
      const abort = (reason: unknown): void => {
        controller.abort(reason)
        rejectRead?.(abortError(controller.signal))
      }
      const onCallerAbort = (): void => abort(context.signal.reason)
      context.signal.addEventListener('abort', onCallerAbort, { once: true })
      const watchdog = createWatchdog(world, (due) => abort(timeoutError(name, due)))
      const source = next(request, { ...context, signal: controller.signal })[Symbol.asyncIterator]()
      let phase: Phase = 'connect'
      let hasActivity = false
      let ended = false
      let closed = false

      function stop(): void {
        if (closed) return
        closed = true
        watchdog.stop()
        context.signal.removeEventListener('abort', onCallerAbort)
        if (!ended) controller.abort('left')
        source.return?.().catch(() => {})
      }

      function onUpstreamEvent(event: GenerateEvent | undefined): void {
        watchdog.clear()
        if (event) phase = phaseAfter(phase, event)
        if (event && !hasActivity && event.type !== 'start' && event.type !== 'ping') {
          hasActivity = true
          context.onActivity?.()
        }
        ended = event?.type === 'end'
        if (ended || !event) stop()
      }

      return createStream({
        next: () =>
          new Promise((resolve, reject) => {
            if (closed) return resolve({ value: undefined, done: true })
            rejectRead = (error) => {
              stop()
              reject(error)
            }
            watchdog.setDeadline(
              nextDeadline(phase, world.now(), durations, hasActivity ? context.deadline : context.firstTokenDeadline),
            )
            source.next().then((step) => {
              if (!closed) onUpstreamEvent(step.done ? undefined : step.value)
              resolve(step)
            }, rejectRead)
            if (controller.signal.aborted) rejectRead(abortError(controller.signal))
          }),
        async close() {
          stop()
        },
      })
    })
}

/**
 * Models that reason get more time to their first token. Local engines (which load the model first), models that reason
 * and requests by schema (which some vendors answer whole) send their headers with the first token, so they get its time
 * for them.
 */
function durationsFor(configured: Timeouts, { facts, local }: Candidate, request: GenerateRequest): Timeouts {
  const { connectMs, firstTokenMs } = configured
  const isReasoning = facts.abilities.includes('thinking')
  const areHeadersLate = local || isReasoning || request.json !== undefined
  return {
    ...configured,
    connectMs: areHeadersLate ? Math.max(connectMs, firstTokenMs) : connectMs,
    firstTokenMs: isReasoning ? REASONING_FACTOR * firstTokenMs : firstTokenMs,
  }
}

const REASONING_FACTOR = 2.5

type Phase = 'connect' | 'first_token' | 'silence'

interface Deadline {
  readonly at: number
  readonly afterMs: number
  readonly phase: Phase | 'total'
}

function phaseAfter(phase: Phase, event: GenerateEvent): Phase {
  if (event.type === 'start') return 'first_token'
  const isWordless = event.type === 'ping' || (event.type === 'thinking' && event.text === '')
  return isWordless ? phase : 'silence'
}

/** The earlier of the phase's own limit and the end of the candidate's or the call's time. */
function nextDeadline(phase: Phase, now: number, durations: Timeouts, endsAt: number): Deadline {
  const phaseMs = { connect: durations.connectMs, first_token: durations.firstTokenMs, silence: durations.idleMs }[
    phase
  ]
  const callMs = endsAt - now
  const afterMs = Math.max(0, Math.min(phaseMs, callMs))
  return { at: now + afterMs, afterMs, phase: phaseMs < callMs ? phase : 'total' }
}

const TIMEOUT_PHRASES: Record<Deadline['phase'], string> = {
  connect: 'did not respond',
  first_token: 'began no answer',
  silence: 'stopped in the middle of its answer',
  total: 'did not finish in the time that the call has for it',
}

function timeoutError(name: string, { phase, afterMs }: Deadline): GenerateError {
  const seconds = Math.max(0.1, Math.round(afterMs / 100) / 10)
  const message = `${name} ${TIMEOUT_PHRASES[phase]}${phase === 'total' ? '.' : ` for ${seconds} s.`}`
  return new GenerateError({ kind: 'timeout', phase, afterMs: Math.round(afterMs) }, message)
}

/** One timer at a time, extended when it ends before the current deadline, so that a long stream costs few timers. */
function createWatchdog(world: World, onDue: (due: Deadline) => void) {
  let due: Deadline | undefined
  let timer: { readonly until: number; readonly end: AbortController } | undefined

  function sleepUntil(at: number): void {
    timer?.end.abort('moved')
    const mine = { until: at, end: new AbortController() }
    timer = mine
    world.sleep(Math.max(0, at - world.now()), mine.end.signal).then(
      () => timer === mine && wake(),
      () => {},
    )
  }

  function wake(): void {
    timer = undefined
    if (!due) return
    if (world.now() < due.at) sleepUntil(due.at)
    else onDue(due)
  }

  return {
    setDeadline(next: Deadline): void {
      due = next
      if (!timer || next.at < timer.until) sleepUntil(next.at)
    },
    clear(): void {
      due = undefined
    },
    stop(): void {
      due = undefined
      timer?.end.abort('moved')
      timer = undefined
    },
  }
}
