import { GenerateError } from '../contract/errors.ts'
import type { GenerateRequest, Usage } from '../contract/generate.ts'
import type { Events } from '../contract/stream.ts'
import type { World } from '../contract/world.ts'
import type { Choice } from './fallback.ts'
import { opening } from './opening.ts'
import type { Turn } from './turn.ts'

/** A choice whose answer has begun. `stream` must be read or closed. */
export interface Opened {
  readonly choice: Choice
  readonly stream: Events
  /** What its last request used, once it has been settled. */
  used(): Usage
}

/** A choice on its way to the first content of its answer. */
export interface Runner {
  readonly choice: Choice
  readonly opened: Promise<Opened>
  /** True once anything was heard of it but that the request was taken. */
  readonly alive: boolean
  /** Cancels it, on its way or open; resolves when it has been settled. */
  stop(): Promise<void>
}

export function run(choice: Choice, request: GenerateRequest, turn: Turn, mayStop: boolean): Runner {
  const own = mayStop ? new AbortController() : undefined
  const signal = own ? AbortSignal.any([turn.signal, own.signal]) : turn.signal
  let alive = false
  let usage: Usage = {}
  const events = choice.step(request, {
    ...turn,
    signal,
    onLife() {
      alive = true
    },
    onAttempt(attempt) {
      usage = attempt.usage
      turn.onAttempt?.(attempt)
    },
  })
  const opened = opening(events).then((stream) => ({ choice, stream, used: () => usage }))
  return {
    choice,
    opened,
    get alive() {
      return alive
    },
    async stop() {
      own?.abort(new GenerateError({ kind: 'cancelled' }, 'Another model was quicker.'))
      await opened.then(
        ({ stream }) => stream.return(),
        () => undefined,
      )
    },
  }
}

/**
 * The first to open of those that `next` starts, one after another as they fail; undefined when there is no other.
 * `failed` hears of each failure and throws those that end the call.
 *
 * With `afterMs`, when the only one under way has given no sign of life for so long, a second is started beside it,
 * never a third. The first to open wins; the other is cancelled, and has been settled and booked when this resolves.
 */
export async function firstToOpen(
  world: World,
  afterMs: number | undefined,
  next: () => Promise<Runner | undefined>,
  failed: (choice: Choice, error: unknown) => void,
): Promise<Opened | undefined> {
  const running = new Set<Runner>()
  let more = true
  try {
    for (;;) {
      const [only] = running
      const waiting = only && more && running.size === 1 && afterMs !== undefined && !only.alive
      const came = only && (await firstOf(running, waiting ? { world, ms: afterMs } : undefined))
      if (came === 'late' && only?.alive) continue
      if (came !== undefined && came !== 'late') {
        running.delete(came.runner)
        if (came.opened) return came.opened
        failed(came.runner.choice, came.error)
        if (running.size > 0) continue
      }
      const another = await next()
      more = another !== undefined
      if (another) running.add(another)
      else if (running.size === 0) return undefined
    }
  } finally {
    await Promise.all([...running].map((loser) => loser.stop()))
  }
}

interface Came {
  readonly runner: Runner
  readonly opened?: Opened
  readonly error?: unknown
}

/** The next that opens or fails; or that it is late, if that comes first. No timer is left. */
async function firstOf(
  running: ReadonlySet<Runner>,
  wait: { readonly world: World; readonly ms: number } | undefined,
): Promise<Came | 'late'> {
  const nap = new AbortController()
  const comings = [...running].map(
    (runner): Promise<Came> =>
      runner.opened.then(
        (opened) => ({ runner, opened }),
        (error: unknown) => ({ runner, error }),
      ),
  )
  if (!wait) return Promise.race(comings)
  const late = wait.world.sleep(wait.ms, nap.signal).then(
    () => 'late' as const,
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([...comings, late])
  } finally {
    nap.abort('over')
  }
}
