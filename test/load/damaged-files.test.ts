import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { connect, type TestClient, type ToolAnswer } from '../support/clients.ts'
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts'

/** The built server, as a client sees it when its files cannot be used. */
let vendor: FakeVendor
beforeAll(async () => {
  vendor = await startFakeVendor(() => ({ text: 'All is well.' }))
})
afterAll(() => vendor.close())

describe('a ledger that cannot be used is reported, with the way out, and left byte for byte as it is:', {
  timeout: 60_000,
}, () => {
  test.each<{ what: string; make: (path: string) => void; says: RegExp }>([
    {
      what: 'one of a newer Showrunner',
      make: (path) => createDatabase(path, 'CREATE TABLE future (a); PRAGMA user_version = 999'),
      says: /ledger\.db was written by a newer Showrunner; it was left as it is\. Update this one to use it\.$/,
    },
    {
      what: 'one that is damaged',
      make: (path) => writeFileSync(path, 'Once this was a ledger. '.repeat(500)),
      says: /ledger\.db is corrupt or not a SQLite database; it was left as it is\. Restore a backup, or move it away/,
    },
    {
      what: 'a file of another program',
      make: (path) => createDatabase(path, 'CREATE TABLE foreign_table (a)'),
      says: /ledger\.db belongs to another program; it was left as it is\. Set SHOWRUNNER_HOME to another folder\.$/,
    },
  ])('$what', async ({ make, says }) => {
    const home = temporaryFolder()
    make(join(home, 'ledger.db'))
    const before = hashLedgerFiles(home)
    const client = await launch(home)
    for (const answer of [await ask(client), await ask(client), await client.call('usage_report', {})]) {
      expect(answer).toMatchObject({ isError: true, text: expect.stringMatching(says) })
    }
    expect(hashLedgerFiles(home)).toEqual(before)
    expect(vendor.requests).toHaveLength(0)
  })
})

describe('documents of a newer Showrunner are reported by each tool that needs them, and left as they are:', {
  timeout: 60_000,
}, () => {
  test.each([
    { tool: 'develop_script', args: { concept: 'A keeper waits.', format: 'scene', model: 'rehearsal/understudy' } },
    { tool: 'plan_tasks', args: { goal: 'Paint the boat.', model: 'rehearsal/understudy' } },
    { tool: 'generate_text', args: { prompt: 'Hi', conversation_id: 'c1', model: 'rehearsal/understudy' } },
  ])('$tool', async ({ tool, args }) => {
    const home = temporaryFolder()
    createDatabase(join(home, 'documents.db'), 'CREATE TABLE future (a); PRAGMA user_version = 999')
    const { text } = await (await launch(home)).call(tool, args)
    expect(text).toMatch(/documents\.db was written by a newer Showrunner; it was left as it is\. Update this one/)
  })
})

/** Only root may mount. */
const skipReason = mountProblem()

describe('a disk that', { timeout: 60_000 }, () => {
  test.skipIf(skipReason)(
    `is full is reported, costs no answer, and harms nothing${skipReason}`,
    { timeout: 60_000 },
    async () => {
      const home = mountSmallDisk('size=1m')
      const client = await launch(home)
      expect(await ask(client)).toMatchObject({ isError: false })
      fillDisk(join(home, 'filler'))
      const answers: ToolAnswer[] = []
      // The log has room for a few more.
      while (!answers.at(-1)?.isError && answers.length < 500) answers.push(await ask(client))
      expect(answers.at(-1)).toMatchObject({
        isError: true,
        text: expect.stringMatching(/ledger\.db is on a disk that (is full|fails or is full); nothing was changed\./),
      })
      expect(answers.length).toBeLessThan(500)
      rmSync(join(home, 'filler'), { recursive: true })
      expect(await ask(client)).toMatchObject({ isError: false })
      await client.close()
      const file = new DatabaseSync(join(home, 'ledger.db'))
      expect(file.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
      const count = (table: string): number => Number(file.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'])
      // The refused call left nothing, and there was one before and one after. A hold that could not be settled remains.
      expect(count('entries') + count('holds')).toBe(answers.length + 1)
      file.close()
    },
  )

  test.skipIf(skipReason)(`is full from the start is reported${skipReason}`, async () => {
    const home = mountSmallDisk('size=16k')
    const client = await launch(join(home, 'home'))
    expect(await ask(client)).toMatchObject({
      isError: true,
      text: expect.stringMatching(/ledger\.db is on a disk that/),
    })
  })

  test.skipIf(skipReason)(`fills while a job runs ends the job, with the way out${skipReason}`, async () => {
    const home = mountSmallDisk('size=200k')
    const client = await launch(home)
    const ask = {
      concept: 'A keeper waits for a boat.',
      format: 'short',
      target_pages: 6,
      model: 'rehearsal/understudy',
    }
    let answer = await client.call('develop_script', ask)
    for (let times = 0; times < 10 && answer.structured['status'] === 'running'; times++)
      answer = await client.call('develop_script', { script_id: answer.structured['script_id'] })
    expect(answer.structured['status'] ?? 'error').not.toBe('running')
    expect(answer.text).toMatch(/\.db is on a disk that (is full|fails or is full)/)
  })

  test.skipIf(skipReason)(`cannot be written is reported, and its ledger stays as it was${skipReason}`, async () => {
    const home = mountSmallDisk('size=4m')
    const first = await launch(home)
    expect(await ask(first)).toMatchObject({ isError: false })
    await first.close()
    const before = hashLedgerFiles(home)
    expect(run('mount', ['-o', 'remount,ro', home]).status).toBe(0)
    const asked = vendor.requests.length
    const client = await launch(home)
    expect(await ask(client)).toMatchObject({
      isError: true,
      text: `${join(home, 'ledger.db')} cannot be opened for writing. Make its folder writable, or set SHOWRUNNER_HOME to a folder that is.`,
    })
    expect(hashLedgerFiles(home)).toEqual(before)
    expect(vendor.requests).toHaveLength(asked)
  })
})

async function launch(home: string): Promise<TestClient> {
  const env = { SHOWRUNNER_HOME: home, GROQ_API_KEY: 'k', GROQ_BASE_URL: `${vendor.origin}/openai/v1` }
  const client = await connect('2.x on 2026-07-28', { env })
  onTestFinished(() => client.close().catch(() => {}))
  return client
}

function ask(client: TestClient): Promise<ToolAnswer> {
  return client.call('generate_text', { prompt: 'How are you?', model: 'groq/llama-3.3-70b-versatile' })
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-damage-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A small disk of its own, for the length of a test. */
function mountSmallDisk(options: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-disk-'))
  run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
  onTestFinished(() => {
    run('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

function mountProblem(): string {
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-disk-'))
  const { status } = run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder])
  if (status === 0) run('umount', ['-l', folder])
  rmSync(folder, { recursive: true, force: true })
  return status === 0 ? '' : ' (no disk can be mounted here)'
}

function run(command: string, args: readonly string[]): { readonly status: number | null } {
  return spawnSync(command, args)
}

function fillDisk(path: string): void {
  mkdirSync(path)
  for (let n = 0, size = 65_536; size >= 1; n++) {
    try {
      writeFileSync(join(path, String(n)), 'x'.repeat(size))
    } catch {
      size = Math.floor(size / 4)
    }
  }
}

/** The ledger's files, but for the one that SQLite shares its locks in. */
function hashLedgerFiles(home: string): readonly unknown[] {
  return readdirSync(home)
    .filter((file) => file.startsWith('ledger.db') && !file.endsWith('-shm'))
    .map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(join(home, file)))
        .digest('hex'),
    ])
}

function createDatabase(path: string, sql: string): void {
  const file = new DatabaseSync(path)
  file.exec(sql)
  file.close()
}
