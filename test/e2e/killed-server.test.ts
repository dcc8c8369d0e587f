import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test, vi } from 'vitest'
import { connect, runToCompletion, type TestClient } from '../support/clients.ts'

// Two processes and a whole script in each test, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

const ASK = {
  concept: 'MARA and her brother TOM keep a lighthouse through one storm with one match left.',
  format: 'short',
  target_pages: 2,
  model: 'rehearsal/understudy',
}
const NOTES = 'Make the storm worse in the middle.'

const start = (home: string): Promise<TestClient> =>
  connect('2.x on 2025-11-25', { cwd: home, env: { SHOWRUNNER_HOME: home } })

const emptyHome = (): string => mkdtempSync(join(tmpdir(), 'showrunner-kill-'))

/** Lets the lease of a process that died lapse, as it does by itself after half a minute. */
function expireLeases(home: string): void {
  const documents = new DatabaseSync(join(home, 'documents.db'))
  documents.exec('UPDATE claims SET until = 0')
  documents.close()
}

/** Runs until a progress message matches, then kills the process at once. */
async function killAtProgress(
  server: TestClient,
  input: Readonly<Record<string, unknown>>,
  moment: RegExp,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onprogress = ({ message = '' }: { readonly message?: string | undefined }): void => {
      if (!moment.test(message)) return
      process.kill(server.pid, 'SIGKILL')
      resolve()
    }
    server.call('develop_script', { ...input, wait_seconds: 60 }, { onprogress }).then(
      ({ structured }) => reject(new Error(`it was ${structured['status']} before ${moment}`)),
      () => resolve(),
    )
  })
  await server.close()
}

async function latestScriptId(server: TestClient): Promise<string | undefined> {
  const uris = (await server.resources()).map(({ uri }) => uri)
  return uris.find((uri) => uri.startsWith('script://'))?.slice('script://'.length)
}

async function countCalls(server: TestClient): Promise<number> {
  return JSON.parse((await server.read('usage://report/all')).text).periods.all.calls
}

/** An undisturbed run: the script, the script after the notes, and the calls that each took. */
async function runUninterrupted() {
  const server = await start(emptyHome())
  const script = await runToCompletion(server, 'develop_script', ASK)
  const calls = await countCalls(server)
  const revised = await runToCompletion(server, 'develop_script', { script_id: script['script_id'], notes: NOTES })
  const inAll = await countCalls(server)
  await server.close()
  return { script, revised, calls, inAll }
}

const whole = runUninterrupted()

test.each([
  ['the logline', /^logline/],
  ['the characters', /^characters/],
  ['the beats', /^beats/],
  ['the outline', /^outline/],
  ['the estimate, before anything is asked', /^to do: /],
  ['the pages', /^scenes? 1/],
  ['the middle of the pages', /^pages · /],
  ['the reader', /^a first reader/],
  ['the rewrite', /^rewriting after the reader/],
  ['the comparison', /^comparing/],
])('killed at %s: a new process resumes, asks for nothing twice, and the script is the same', async (what, moment) => {
  const { script, calls } = await whole
  expect(script['status']).toBe('complete')
  const home = emptyHome()
  const first = await start(home)
  await killAtProgress(first, ASK, moment)
  expireLeases(home)
  const second = await start(home)
  const result = await runToCompletion(second, 'develop_script', { script_id: await latestScriptId(second) })
  expect(result, what).toMatchObject({ status: 'complete', calls: script['calls'], pages: script['pages'] })
  expect(result['fountain']).toBe(script['fountain'])
  // The one that was under way when the process died may have been asked once more.
  expect(await countCalls(second)).toBeLessThanOrEqual(calls + 1)
  await second.close()
})

test.each([
  ['while it finds out what the notes concern', /^revision · what the notes concern/],
  ['while it writes a scene again', /^revising/],
])('a revision killed %s resumes without its notes', async (_, moment) => {
  const { revised, inAll } = await whole
  expect(revised['status']).toBe('complete')
  const home = emptyHome()
  const first = await start(home)
  const { script_id } = await runToCompletion(first, 'develop_script', ASK)
  await killAtProgress(first, { script_id, notes: NOTES }, moment)
  expireLeases(home)
  const second = await start(home)
  const result = await runToCompletion(second, 'develop_script', { script_id })
  expect(result['fountain']).toBe(revised['fountain'])
  expect(await countCalls(second)).toBeLessThanOrEqual(inAll + 1)
  await second.close()
})
