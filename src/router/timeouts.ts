import { GenerateError } from '../contract/errors.ts'
import type { GenerateEvent } from '../contract/generate.ts'
import type { Timeouts } from '../contract/roster.ts'
import { events, later } from '../contract/stream.ts'
import type { World } from '../contract/world.ts'
import { abortOf } from './signals.ts'
import type { Step } from './turn.ts'

/**
 * Gives up on an upstream that says nothing: no headers in time, no first sign of life, silence in the middle, or the
 * call's own time over. Time counts only while the upstream is waited for, not while the reader takes its own. A model
 * that thinks in private (its thinking comes without words) may take as long between its signs of life as before the
 * first.
 *
 * However an attempt ends, its upstream request is aborted and no timer is left; one that does not heed the abort is
 * left to itself.
 */
export function timeouts(world: World, limits: Timeouts, name: string): (next: Step) => Step {
  return (next) => (request, turn) =>
    later(async () => {
      if (turn.signal.aborted) throw abortOf(turn.signal)
      const upstream = new AbortController()
      let refuse: ((error: GenerateError) => void) | undefined
      const abort = (reason: unknown): void => {
        upstream.abort(reason)
        refuse?.(abortOf(upstream.signal))
      }
      const follow = (): void => abort(turn.signal.reason)
      turn.signal.addEventListener('abort', follow, { once: true })
      const watch = watchdog(world, (due) => abort(tooSlow(name, due)))
      const below = next(request, { ...turn, signal: upstream.signal })[Symbol.asyncIterator]()
      let phase: Phase = 'connect'
      let alive = false
      let ended = false
      let over = false

      function stop(): void {
        if (over) return
        over = true
        watch.stop()
        turn.signal.removeEventListener('abort', follow)
        if (!ended) upstream.abort('left')
        below.return?.().catch(() => {})
      }

      function heard(event: GenerateEvent | undefined): void {
        watch.rest()
        if (event) phase = phaseAfter(phase, event)
        if (event && !alive && event.type !== 'start') {
          alive = true
          turn.onLife?.()
        }
        ended = event?.type === 'end'
        if (ended || !event) stop()
      }

      return events({
        next: () =>
          new Promise((resolve, reject) => {
            if (over) return resolve({ value: undefined, done: true })
            refuse = (error) => {
              stop()
              reject(error)
            }
            watch.waitUntil(dueAt(phase, world.now(), limits, alive ? turn.deadline : turn.openBy))
            below.next().then((step) => {
              if (!over) heard(step.done ? undefined : step.value)
              resolve(step)
            }, refuse)
            if (upstream.signal.aborted) refuse(abortOf(upstream.signal))
          }),
        async close() {
          stop()
        },
      })
    })
}

type Phase = 'connect' | 'first_token' | 'silence'

interface Due {
  readonly at: number
  readonly afterMs: number
  readonly phase: Phase | 'total'
}

function phaseAfter(phase: Phase, event: GenerateEvent): Phase {
  if (event.type === 'start') return 'first_token'
  return event.type === 'thinking' && event.text === '' ? phase : 'silence'
}

/** What is due first: the phase's own limit, or the end of the time that the candidate or the call has. */
function dueAt(phase: Phase, now: number, limits: Timeouts, endsAt: number): Due {
  const phaseMs = { connect: limits.connectMs, first_token: limits.firstTokenMs, silence: limits.silenceMs }[phase]
  const callMs = endsAt - now
  const afterMs = Math.max(0, Math.min(phaseMs, callMs))
  return { at: now + afterMs, afterMs, phase: phaseMs < callMs ? phase : 'total' }
}

const MISSED: Record<Due['phase'], string> = {
  connect: 'did not respond',
  first_token: 'began no answer',
  silence: 'fell silent in the middle of its answer',
  total: 'was not done in the time the call has for it',
}

function tooSlow(name: string, { phase, afterMs }: Due): GenerateError {
  const seconds = Math.max(0.1, Math.round(afterMs / 100) / 10)
  const message = `${name} ${MISSED[phase]}${phase === 'total' ? '.' : ` for ${seconds} s.`}`
  return new GenerateError({ kind: 'timeout', phase, afterMs: Math.round(afterMs) }, message)
}

/** One sleep at a time, moved on as the moment that is due moves on: a long stream costs few timers. */
function watchdog(world: World, bite: (due: Due) => void) {
  let due: Due | undefined
  let nap: { readonly until: number; readonly end: AbortController } | undefined

  function sleepUntil(at: number): void {
    nap?.end.abort('moved')
    const mine = { until: at, end: new AbortController() }
    nap = mine
    world.sleep(Math.max(0, at - world.now()), mine.end.signal).then(
      () => nap === mine && wake(),
      () => {},
    )
  }

  function wake(): void {
    nap = undefined
    if (!due) return
    if (world.now() < due.at) sleepUntil(due.at)
    else bite(due)
  }

  return {
    waitUntil(next: Due): void {
      due = next
      if (!nap || next.at < nap.until) sleepUntil(next.at)
    },
    rest(): void {
      due = undefined
    },
    stop(): void {
      due = undefined
      nap?.end.abort('moved')
      nap = undefined
    },
  }
}
