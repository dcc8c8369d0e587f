import { GenerateError } from '../../contract/errors.ts'
import type { GenerateRequest, Usage } from '../../contract/generate.ts'
import type { EventStream } from '../../contract/stream.ts'
import type { World } from '../../contract/world.ts'
import type { CallContext } from '../context.ts'
import type { CandidatePipeline } from './fallback.ts'
import { awaitFirstContent } from './first-content.ts'

/** A choice whose answer has begun. `stream` must be read or closed. */
export interface OpenedCandidate {
  readonly pipeline: CandidatePipeline
  readonly stream: EventStream
  /** What its last request used, once it has been settled. */
  lastUsage(): Usage
}

/** A choice on its way to the first content of its answer. */
export interface RunningCandidate {
  readonly pipeline: CandidatePipeline
  readonly opened: Promise<OpenedCandidate>
  /** True once anything was heard of it but that the request was taken. */
  readonly hasActivity: boolean
  /** Cancels it, on its way or open; resolves when it has been settled. */
  cancel(): Promise<void>
}

export function startCandidate(
  pipeline: CandidatePipeline,
  request: GenerateRequest,
  context: CallContext,
  canCancel: boolean,
): RunningCandidate {
  const ownController = canCancel ? new AbortController() : undefined
  const signal = ownController ? AbortSignal.any([context.signal, ownController.signal]) : context.signal
  let hasActivity = false
  let usage: Usage = {}
  const events = pipeline.handler(request, {
    ...context,
    signal,
    onActivity() {
      hasActivity = true
    },
    onAttempt(attempt) {
      usage = attempt.usage
      context.onAttempt?.(attempt)
    },
  })
  const opened = awaitFirstContent(events).then((stream) => ({ pipeline, stream, lastUsage: () => usage }))
  return {
    pipeline,
    opened,
    get hasActivity() {
      return hasActivity
    },
    async cancel() {
      ownController?.abort(new GenerateError({ kind: 'cancelled' }, 'Another model was quicker.'))
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
export async function raceToOpen(
  world: World,
  hedgeAfterMs: number | undefined,
  startNext: () => Promise<RunningCandidate | undefined>,
  onFailure: (pipeline: CandidatePipeline, error: unknown) => void,
): Promise<OpenedCandidate | undefined> {
  const running = new Set<RunningCandidate>()
  let hasMore = true
  try {
    for (;;) {
      const [first] = running
      const mayHedge = first && hasMore && running.size === 1 && hedgeAfterMs !== undefined && !first.hasActivity
      const result = first && (await nextResult(running, mayHedge ? { world, ms: hedgeAfterMs } : undefined))
      if (result === 'late' && first?.hasActivity) continue
      if (result !== undefined && result !== 'late') {
        running.delete(result.runner)
        if (result.opened) return result.opened
        onFailure(result.runner.pipeline, result.error)
        if (running.size > 0) continue
      }
      const another = await startNext()
      hasMore = another !== undefined
      if (another) running.add(another)
      else if (running.size === 0) return undefined
    }
  } finally {
    await Promise.all([...running].map((loser) => loser.cancel()))
  }
}

interface RaceResult {
  readonly runner: RunningCandidate
  readonly opened?: OpenedCandidate
  readonly error?: unknown
}

/** The next that opens or fails; or that it is late, if that comes first. No timer is left. */
async function nextResult(
  running: ReadonlySet<RunningCandidate>,
  wait: { readonly world: World; readonly ms: number } | undefined,
): Promise<RaceResult | 'late'> {
  const timer = new AbortController()
  const results = [...running].map(
    (runner): Promise<RaceResult> =>
      runner.opened.then(
        (opened) => ({ runner, opened }),
        (error: unknown) => ({ runner, error }),
      ),
  )
  if (!wait) return Promise.race(results)
  const late = wait.world.sleep(wait.ms, timer.signal).then(
    () => 'late' as const,
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([...results, late])
  } finally {
    timer.abort('over')
  }
}
