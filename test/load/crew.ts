import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Errand, Told } from './caller-worker.ts'

/** A real process with a Showrunner in it. */
export interface Caller {
  readonly child: ChildProcess
  /** Every whole line so far. */
  told(): readonly Told[]
  stderr(): string
  /** Resolves to what it said about the errand's calls, once it is done; rejects if the process ends before. */
  run(errand: Errand): Promise<readonly Told[]>
  /** Lets it end by itself. */
  leave(): Promise<void>
}

export function caller(): Caller {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'caller-worker.ts')])
  const texts = { out: '', err: '' }
  const heard = new Set<() => void>()
  child.stdout.on('data', (bytes) => {
    texts.out += bytes
    for (const listener of heard) listener()
  })
  child.stderr.on('data', (bytes) => {
    texts.err += bytes
  })
  const told = (): readonly Told[] => {
    const whole = texts.out.slice(0, texts.out.lastIndexOf('\n') + 1)
    return whole.split('\n').flatMap((line) => (line ? JSON.parse(line) : []))
  }
  return {
    child,
    told,
    stderr: () => texts.err,
    run(errand) {
      texts.out = ''
      child.stdin.write(`${JSON.stringify(errand)}\n`)
      return new Promise((resolve, reject) => {
        const died = (code: unknown): void => reject(new Error(`a caller ended with ${code}: ${texts.err}`))
        const over = (): void => {
          if (!texts.out.endsWith('{"done":true}\n')) return
          heard.delete(over)
          child.off('close', died)
          resolve(told().filter((one) => !('done' in one)))
        }
        heard.add(over)
        child.once('close', died)
      })
    },
    async leave() {
      const closed = once(child, 'close')
      child.stdin.end()
      await closed
    },
  }
}

/** Runs `work` with so many callers and a folder, and leaves nothing of either behind. */
export async function withCrew<T>(
  size: number,
  work: (crew: readonly Caller[], folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-load-'))
  const crew = Array.from({ length: size }, caller)
  try {
    const result = await work(crew, folder)
    await Promise.all(crew.map((one) => one.leave()))
    return result
  } finally {
    for (const one of crew) one.child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}
