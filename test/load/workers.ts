import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallReport, CallTask } from './call-worker.ts'

/** A real process with a Showrunner in it. */
export interface CallWorker {
  readonly child: ChildProcess
  /** Every whole line so far. */
  reports(): readonly CallReport[]
  stderr(): string
  /** Resolves to the reports on the task's calls, once it is done; rejects if the process ends before. */
  run(task: CallTask): Promise<readonly CallReport[]>
  /** Lets the process end normally. */
  stop(): Promise<void>
}

/** Each process says once that the vendor's address is not its own, which is true of the fake one. */
function withoutAddressWarning(stderr: string): string {
  return stderr.replace(/^.*configuration_warning.* which is not its own address.*\n/gm, '')
}

export function spawnWorker(): CallWorker {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'call-worker.ts')])
  const texts = { out: '', err: '' }
  const listeners = new Set<() => void>()
  child.stdout.on('data', (bytes) => {
    texts.out += bytes
    for (const listener of listeners) listener()
  })
  child.stderr.on('data', (bytes) => {
    texts.err += bytes
  })
  const reports = (): readonly CallReport[] => {
    const whole = texts.out.slice(0, texts.out.lastIndexOf('\n') + 1)
    return whole.split('\n').flatMap((line) => (line ? JSON.parse(line) : []))
  }
  return {
    child,
    reports,
    stderr: () => withoutAddressWarning(texts.err),
    run(task) {
      texts.out = ''
      child.stdin.write(`${JSON.stringify(task)}\n`)
      return new Promise((resolve, reject) => {
        const died = (code: unknown): void => reject(new Error(`a worker ended with ${code}: ${texts.err}`))
        const over = (): void => {
          if (!texts.out.endsWith('{"done":true}\n')) return
          listeners.delete(over)
          child.off('close', died)
          resolve(reports().filter((one) => !('done' in one)))
        }
        listeners.add(over)
        child.once('close', died)
      })
    },
    async stop() {
      const closed = once(child, 'close')
      child.stdin.end()
      await closed
    },
  }
}

/** Runs `work` with that many workers and a folder, and removes both. */
export async function withWorkers<T>(
  size: number,
  work: (workers: readonly CallWorker[], folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-load-'))
  const workers = Array.from({ length: size }, spawnWorker)
  try {
    const result = await work(workers, folder)
    await Promise.all(workers.map((one) => one.stop()))
    return result
  } finally {
    for (const one of workers) one.child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}
