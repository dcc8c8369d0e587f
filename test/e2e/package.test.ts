import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../support/clients.ts'

const root = join(import.meta.dirname, '../..')

/** The package as it would be published, installed into an empty folder. */
describe('the packed package', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'showrunner-package-'))
  const quiet: ExecFileSyncOptionsWithStringEncoding = { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' }

  beforeAll(() => {
    const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', cwd], {
      cwd: root,
      ...quiet,
    })
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }]
    writeFileSync(join(cwd, 'package.json'), '{ "type": "module" }')
    execFileSync('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(cwd, filename)], {
      cwd,
      ...quiet,
    })
  })

  test('brings nothing along but what its types speak of', () => {
    expect(readdirSync(join(cwd, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'showrunner',
      'zod',
    ])
  })

  test('starts as mcp.json.example says', async () => {
    const { mcpServers } = JSON.parse(readFileSync(join(root, 'mcp.json.example'), 'utf8')) as {
      mcpServers: Record<string, { command: string; args: string[]; env: Record<string, string> }>
    }
    const { command = '', args = [], env = {} } = mcpServers['showrunner'] ?? {}
    const client = await connect('1.x', { cwd, command: [command, ...args], env })
    const { structured } = await client.call('usage_report', {})
    expect(structured['budgets']).toMatchObject([
      { name: 'daily', limit_usd: Number(env['SHOWRUNNER_DAILY_BUDGET_USD']) },
    ])
    await client.close()
  })

  test('is a typed library: a wrong use does not compile, a right one runs', () => {
    const use = (line: string): string =>
      `import { createShowrunner } from 'showrunner'
import { paginate, parseFountain } from 'showrunner/screenplay'
import { criticalPath } from 'showrunner/planning'
const showrunner = createShowrunner({ env: { SHOWRUNNER_HOME: '${join(cwd, 'home')}' } })
const answer = await showrunner.generateText({ prompt: 'A storm.', model: 'rehearsal/understudy', max_output_tokens: 40 })
${line}
const pages = paginate(parseFountain('INT. LAMP ROOM - NIGHT\\n\\nThe wick catches.')).length
console.log(answer.cost_usd, pages, criticalPath([{ id: 'a', hours: 2, depends_on: [] }]).makespan)
await showrunner.close()
`
    const options = { target: 'es2024', module: 'nodenext', strict: true, noEmit: true, types: [] }
    writeFileSync(
      join(cwd, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: ['right.ts', 'wrong.ts'] }),
    )
    writeFileSync(join(cwd, 'right.ts'), use('const text: string = answer.text; text.trim()'))
    writeFileSync(join(cwd, 'wrong.ts'), use('const text: number = answer.text; text.toFixed()'))
    const tsc = (file: string): string => {
      try {
        return execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', cwd], {
          cwd,
          ...quiet,
        })
      } catch (error) {
        return (error as { readonly stdout: string }).stdout
          .split('\n')
          .filter((line) => line.startsWith(file))
          .join('\n')
      }
    }
    expect(tsc('right.ts')).not.toMatch(/error/)
    expect(tsc('wrong.ts')).toMatch(/wrong\.ts\(6,7\): error TS2322/)
    expect(execFileSync(process.execPath, ['right.ts'], { cwd, ...quiet }).trim()).toBe('0 1 2')
  })
})
