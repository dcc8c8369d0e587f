import { GenerateError } from '../contract/errors.ts'
import type { Timeouts } from '../contract/roster.ts'
import type { World } from '../contract/world.ts'
import { abortable, abortOf } from './signals.ts'
import type { Step, Turn } from './turn.ts'

/**
 * Gives up on an upstream that says nothing: no headers in time, no first sign of life, silence in the middle, or the
 * call's own time over. Time counts only while the upstream is waited for, not while the reader takes its own.
 *
 * However an attempt ends, its upstream request is aborted and no timer is left; one that does not heed the abort is
 * left to itself.
 */
export function timeouts(world: World, limits: Timeouts, name: string): (next: Step) => Step {
  return (next) =>
    async function* (request, turn) {
      if (turn.signal.aborted) throw abortOf(turn.signal)
      const upstream = new AbortController()
      const signal = AbortSignal.any([turn.signal, upstream.signal])
      const watch = watchdog(world, (due) => upstream.abort(tooSlow(name, due)))
      const events = next(request, { ...turn, signal })[Symbol.asyncIterator]()
      let phase: Phase = 'connect'
      let ended = false
      try {
        while (!ended) {
          watch.waitUntil(dueAt(phase, world.now(), limits, turn))
          const step = await abortable(events.next(), signal)
          watch.rest()
          if (step.done) return
          phase = step.value.type === 'start' ? 'first_token' : 'silence'
          ended = step.value.type === 'end'
          yield step.value
        }
      } finally {
        watch.stop()
        if (!ended) upstream.abort()
        events.return?.().catch(() => {})
      }
    }
}

type Phase = 'connect' | 'first_token' | 'silence'

interface Due {
  readonly at: number
  readonly afterMs: number
  readonly phase: Phase | 'total'
}

/** The first of what is due: the phase's own limit, the candidate's share until it has shown life, the call's deadline. */
function dueAt(phase: Phase, now: number, limits: Timeouts, turn: Turn): Due {
  const phaseMs = { connect: limits.connectMs, first_token: limits.firstTokenMs, silence: limits.silenceMs }[phase]
  const callMs = (phase === 'silence' ? turn.deadline : turn.openBy) - now
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
    nap?.end.abort()
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
      nap?.end.abort()
      nap = undefined
    },
  }
}
