import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'

/** A part of the bench in a process of its own, so that its work and its rubbish are nobody else's. */
export interface Part {
  /** The first thing it says. */
  readonly hello: unknown
  ask(question: unknown): Promise<unknown>
  end(): void
}

/** Starts `scripts/bench.ts` in another role; resolves when it has said hello, rejects when it ends before. */
export async function part(role: string, ...args: readonly string[]): Promise<Part> {
  const child = fork(join(import.meta.dirname, '../bench.ts'), [role, ...args], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', process.env['BENCH_STDERR'] ? 'inherit' : 'ignore', 'ipc'],
  })
  process.once('exit', () => child.kill())
  return { hello: await said(child), ask: (question) => asked(child, question), end: () => void child.kill() }
}

function asked(child: ChildProcess, question: unknown): Promise<unknown> {
  const answer = said(child)
  child.send(question as object)
  return answer
}

function said(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`a process of the bench ended (${code})`))
    child.once('exit', gone)
    child.once('message', (message) => {
      child.off('exit', gone)
      resolve(message)
    })
  })
}
