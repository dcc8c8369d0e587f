import { execFile } from 'node:child_process'
import { globSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

/** Each example with what it prints. They import the built package by its name, as a user does. */
const EXAMPLES = [
  { file: 'router.mjs', prints: ['placeholder text', 'attempt: rehearsal/understudy ok $0', 'calls today: 1'] },
  { file: 'screenplay.mjs', prints: ['fixed: 0', 'scene in KITCHEN, cast BEN, ANNA'] },
  { file: 'planning.mjs', prints: ['write -> cast -> shoot', '48 hours, proved shortest', 'the cast costs $3000'] },
]

test('every example is in the table', () => {
  expect(globSync('examples/*', { cwd: root }).sort()).toEqual(
    EXAMPLES.map(({ file }) => join('examples', file)).sort(),
  )
})

test.each(EXAMPLES)('examples/$file runs', async ({ file, prints }) => {
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-example-'))
  const { stdout } = await run(
    process.execPath,
    [join(root, 'examples', file), ...(file === 'screenplay.mjs' ? [join(folder, 'out')] : [])],
    {
      cwd: folder,
      env: { PATH: process.env['PATH'], SHOWRUNNER_HOME: join(folder, 'home') },
    },
  )
  for (const text of prints) expect(stdout).toContain(text)
  if (file === 'screenplay.mjs') {
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['kettle.fdx', 'kettle.fountain', 'kettle.pdf'])
  }
})
