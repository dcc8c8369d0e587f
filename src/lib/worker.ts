import type { Worker } from 'node:worker_threads'
import { abortable, TimeoutError } from './abort.ts'

/** Where a worker's program is: a file, or its code as CommonJS. Asked for when the worker starts. */
export type WorkerSource = () => { readonly url: URL } | { readonly code: string }

/** Runs work that may take long in a thread of its own, so that it can be stopped. */
export interface WorkerThread<Task, Result> {
  /**
   * The worker's answer to `task`; tasks run one after another. Rejects with `TimeoutError` when a task takes longer than
   * `limitMs`, with the signal's reason when it aborts, and with the thread's error when it dies, for example because it
   * needs more than `maxMemoryMb`. A task that is given up is stopped with its thread, and the next one starts a new one.
   */
  run(task: Task, options: RunLimits): Promise<Result>
}

interface RunLimits {
  /** For work without a bound of its own. */
  readonly limitMs?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * The thread starts at its first task and keeps the process alive only while it works. Its program posts `'ready'` once and then one
 * message for each message that it gets.
 */
export function createWorkerThread<Task, Result>(
  world: { sleep(ms: number, signal?: AbortSignal): Promise<void> },
  source: WorkerSource,
  maxMemoryMb = 128,
): WorkerThread<Task, Result> {
  let running: Promise<RunningWorker> | undefined
  let queue: Promise<unknown> = Promise.resolve()

  async function runNow(task: Task, { limitMs, signal }: RunLimits): Promise<Result> {
    signal?.throwIfAborted()
    running ??= startWorker(source, maxMemoryMb)
    const finished = new AbortController()
    try {
      const { worker, nextMessage } = await running
      const answer = nextMessage()
      worker.ref()
      worker.postMessage(task)
      const outcomes = [answer]
      if (limitMs !== undefined) outcomes.push(rejectLate(limitMs, finished.signal))
      const result = Promise.race(outcomes)
      const answered = (await (signal ? abortable(result, signal) : result)) as Result
      worker.unref()
      return answered
    } catch (error) {
      const failed = running
      running = undefined
      await failed?.then(
        ({ worker }) => worker.terminate(),
        () => undefined, // it never started
      )
      throw error
    } finally {
      finished.abort()
    }
  }

  function rejectLate(limitMs: number, finished: AbortSignal): Promise<never> {
    return world.sleep(limitMs, finished).then(
      () => Promise.reject(new TimeoutError(limitMs)),
      () => new Promise<never>(() => {}), // the task ended first
    )
  }

  return {
    run(task, options) {
      const result = queue.then(() => runNow(task, options))
      queue = result.catch(() => undefined)
      return options.signal ? abortable(result, options.signal) : result
    },
  }
}

interface RunningWorker {
  readonly worker: Worker
  /** The next message of the worker; rejects when its thread ends first. */
  nextMessage(): Promise<unknown>
}

async function startWorker(source: WorkerSource, maxOldGenerationSizeMb: number): Promise<RunningWorker> {
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  const program = source()
  const options = { resourceLimits: { maxOldGenerationSizeMb }, env: {}, stdout: true, stderr: true }
  const worker =
    'url' in program ? new Worker(program.url, options) : new Worker(program.code, { ...options, eval: true })
  let waiting: PromiseWithResolvers<unknown> | undefined
  let ended: Error | undefined
  const end = (error: Error): void => {
    ended ??= error
    waiting?.reject(ended)
  }
  worker.on('message', (message) => waiting?.resolve(message))
  worker.on('error', end)
  worker.on('exit', () => end(new Error('The worker thread ended.')))
  function nextMessage(): Promise<unknown> {
    waiting = Promise.withResolvers()
    if (ended) waiting.reject(ended)
    return waiting.promise
  }
  await nextMessage()
  worker.unref()
  return { worker, nextMessage }
}
