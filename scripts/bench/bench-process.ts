import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'

/** A part of the bench in its own process, so that its work and its garbage collection affect no other part. */
export interface BenchProcess {
  /** The first message of the process. */
  readonly firstMessage: unknown
  ask(question: unknown): Promise<unknown>
  end(): void
}

/** Starts `scripts/bench.ts` in another role; resolves with its first message, rejects if it exits first. */
export async function startProcess(role: string, ...args: readonly string[]): Promise<BenchProcess> {
  const child = fork(join(import.meta.dirname, '../bench.ts'), [role, ...args], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const kill = (): void => void child.kill()
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  let stderrTail = ''
  child.stderr?.setEncoding('utf8').on('data', (said: string) => {
    stderrTail = `${stderrTail}${said}`.slice(-2_000)
  })
  const gone = (code: number | null): Error => new Error(`${[role, ...args].join(' ')} ended (${code}): ${stderrTail}`)
  const asked = (question: unknown): Promise<unknown> => {
    const answer = nextMessage(child, gone)
    child.send(question as object)
    return answer
  }
  return { firstMessage: await nextMessage(child, gone), ask: asked, end: () => void child.kill() }
}

function nextMessage(child: ChildProcess, gone: (code: number | null) => Error): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // `close` comes after all of stderr has been read.
    const ended = (code: number | null): void => reject(gone(code))
    child.once('close', ended)
    child.once('message', (message) => {
      child.off('close', ended)
      resolve(message)
    })
  })
}
