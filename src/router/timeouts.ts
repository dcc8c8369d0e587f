import { GenerateError } from '../contract/errors.ts'
import type { GenerateEvent } from '../contract/generate.ts'
import type { Timeouts } from '../contract/roster.ts'
import type { World } from '../contract/world.ts'
import { abortables, abortOf } from './signals.ts'
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
  return (next) =>
    async function* (request, turn) {
      if (turn.signal.aborted) throw abortOf(turn.signal)
      const upstream = new AbortController()
      const signal = AbortSignal.any([turn.signal, upstream.signal])
      const abortable = abortables(signal)
      const watch = watchdog(world, (due) => upstream.abort(tooSlow(name, due)))
      const events = next(request, { ...turn, signal })[Symbol.asyncIterator]()
      let phase: Phase = 'connect'
      let alive = false
      let ended = false
      try {
        while (!ended) {
          watch.waitUntil(dueAt(phase, world.now(), limits, alive ? turn.deadline : turn.openBy))
          const step = await abortable.wait(events.next())
          watch.rest()
          if (step.done) return
          phase = phaseAfter(phase, step.value)
          if (!alive && step.value.type !== 'start') {
            alive = true
            turn.onLife?.()
          }
          ended = step.value.type === 'end'
          yield step.value
        }
      } finally {
        watch.stop()
        abortable.stop()
        if (!ended) upstream.abort('left')
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
