import { GenerateError } from '../../contract/errors.ts'
import type { GenerateRequest } from '../../contract/generate.ts'
import type { World } from '../../contract/world.ts'
import type { CallContext } from '../context.ts'
import { candidateName } from '../format.ts'
import type { CandidatePipeline, OpenedCandidate } from './candidate.ts'
import { awaitFirstContent } from './first-content.ts'

/** A candidate that is asked, until the first content of its answer. */
export interface RunningCandidate {
  readonly pipeline: CandidatePipeline
  readonly opened: Promise<OpenedCandidate>
  /** True once it gave any sign after the acceptance of its request. */
  readonly hasActivity: boolean
  /** Cancels it, before or after its answer began; resolves when it is settled. */
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
  const name = candidateName(pipeline.candidate)
  let hasActivity = false
  const events = pipeline.handler(request, {
    ...context,
    signal,
    onActivity() {
      hasActivity = true
    },
  })
  const lastUsage = () => context.totals.settled.findLast(({ model }) => model === name)?.usage ?? {}
  const opened = awaitFirstContent(events).then((stream) => ({ pipeline, stream, lastUsage }))
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
 * The first to answer of those that `startNext` starts, one after another as they fail; undefined when there is no
 * other. `onFailure` gets each failure and throws those that end the call.
 *
 * With `hedgeAfterMs`, when the only running candidate has given no sign of life for so long, a second is started beside
 * it, never a third. The first to answer wins; the other is cancelled, and is settled when this resolves.
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

/** The next candidate that answers or fails, or `late` if that comes first. No timer stays. */
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
    () => new Promise<never>(() => {}), // the race is over
  )
  try {
    return await Promise.race([...results, late])
  } finally {
    timer.abort('over')
  }
}
