import { type ExecFileSyncOptionsWithStringEncoding, execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connect, runToCompletion, SERVER, type TestClient } from '../test/support/clients.ts'
import { type FakeVendor, startFakeVendor } from '../test/support/fake-vendor.ts'

/**
 * Tries the built server and the packed package on other versions of Node than the one that runs the tests: all five
 * tools over stdio, a streamed answer over HTTP, the exports that need the bundled libraries, and the package as a
 * library. Node comes from npm, into a cache beside the system's temporary files. A version that cannot be had is
 * skipped with its reason; exits 1 where one that can be had fails, or where none can be had.
 */
const VERSIONS: readonly { readonly version: string; readonly why: string }[] = [
  { version: '22.13.0', why: 'the lowest that `engines` promises' },
  { version: '22.19.0', why: 'the last 22 whose SQLite binds no numbered places' },
  { version: '24.0.0', why: 'the lowest 24' },
  { version: '24.6.0', why: 'the last 24 whose SQLite binds no numbered places' },
  { version: '24', why: 'the newest 24' },
  { version: 'latest', why: 'the newest' },
]

const root = join(import.meta.dirname, '..')
const cache = join(tmpdir(), 'showrunner-node-versions')
const run = promisify(execFile)

const work = mkdtempSync(join(tmpdir(), 'showrunner-nodes-'))
const vendor = await startFakeVendor(() => ({ text: 'The lamp is lit.', usage: { input: 9, output: 5 } }))
try {
  const packageFolder = installPackage()
  const nodes = await Promise.all(
    VERSIONS.map(async ({ version, why }) => ({ version, why, node: await getNode(version) })),
  )
  let tried = 0
  for (const { version, why, node } of nodes) {
    if (node instanceof Error) {
      process.stdout.write(`skipped  Node ${version} (${why}): ${node.message.split('\n')[0]}\n`)
      continue
    }
    tried++
    await tryNode(node, why, packageFolder)
  }
  if (tried === 0) throw new Error('no version of Node could be had')
} finally {
  await vendor.close()
  rmSync(work, { recursive: true, force: true })
}

/** The path of a Node's program, installed at the first use. A range such as `24` is asked for each time. */
async function getNode(version: string): Promise<string | Error> {
  const folder = join(cache, version)
  const node = join(folder, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
  const isExact = version.includes('.')
  try {
    if (!(isExact && existsSync(node))) {
      mkdirSync(folder, { recursive: true })
      const options = ['--no-save', '--no-audit', '--no-fund', '--prefer-offline']
      await run('npm', ['install', '--prefix', folder, ...options, `node@${version}`])
    }
    await run(node, ['--version'])
    return node
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** The package as npm publishes it, in an empty folder. */
function installPackage(): string {
  const folder = join(work, 'package')
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const options: ExecFileSyncOptionsWithStringEncoding = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const [{ filename }] = JSON.parse(execFileSync('npm', pack, { ...options, cwd: root })) as [{ filename: string }]
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, filename)]
  execFileSync('npm', install, { ...options, cwd: folder })
  return folder
}

async function tryNode(node: string, why: string, packageFolder: string): Promise<void> {
  const began = performance.now()
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  const packed = join(packageFolder, 'node_modules/showrunner/dist/server.js')
  const results = await Promise.all([
    report('built server', () => tryServer(node, SERVER)),
    report('tarball', () => tryServer(node, packed)),
    report('library', () => tryLibrary(node, packageFolder)),
  ])
  const seconds = ((performance.now() - began) / 1_000).toFixed(0)
  process.stdout.write(`Node ${version} (${why}): ${results.join('; ')} (${seconds} s)\n`)
}

async function report(name: string, attempt: () => Promise<void>): Promise<string> {
  try {
    await attempt()
    return `${name} works`
  } catch (error) {
    process.exitCode = 1
    return `${name} FAILS: ${String(error).slice(0, 400)}`
  }
}

async function tryServer(node: string, server: string): Promise<void> {
  const cwd = mkdtempSync(join(work, 'home-'))
  const env = { GROQ_API_KEY: 'k', GROQ_BASE_URL: `${vendor.origin}/openai/v1`, SHOWRUNNER_DAILY_BUDGET_USD: '1' }
  const client = await connect('2.x on 2025-11-25', { cwd, command: [node, server], env })
  try {
    await tryTools(client, vendor)
  } catch (error) {
    throw new Error(`${String(error)} ${client.stderr().slice(0, 300)}`)
  } finally {
    await client.close()
  }
}

async function tryTools(client: TestClient, { requests }: Pick<FakeVendor, 'requests'>): Promise<void> {
  const model = 'rehearsal/understudy'
  const call = async (tool: string, args: Readonly<Record<string, unknown>>) => {
    const answer = await client.call(tool, args)
    if (answer.isError) throw new Error(`${tool}: ${answer.text}`)
    return answer.structured
  }
  await call('list_models', { query: 'understudy' })
  const asked = requests.length
  const answer = await call('generate_text', { prompt: 'Light the lamp.', model: 'groq/llama-3.3-70b-versatile' })
  expectEqual('the streamed answer', answer['text'], 'The lamp is lit.')
  expectEqual('the requests to the vendor', requests.length > asked, true)
  const schema = { type: 'object', properties: { lamp: { type: 'string' } }, required: ['lamp'] }
  await call('generate_text', { prompt: 'Light the lamp.', model, json_schema: schema })
  const script = await runToCompletion(client, 'develop_script', {
    concept: 'A keeper lights the lamp one last time.',
    ...{ format: 'scene', polish: 0, model },
  })
  for (const format of ['pdf', 'fdx', 'html']) await readResource(client, `script://${script['script_id']}/${format}`)
  const plan = await runToCompletion(client, 'plan_tasks', { goal: 'Paint the lighthouse.', detail: 'outline', model })
  await readResource(client, `plan://${plan['plan_id']}`)
  const report = await call('usage_report', { period: 'today' })
  const { today } = report['periods'] as Readonly<Record<string, { readonly calls: number }>>
  expectEqual('the report has the calls', (today?.calls ?? 0) >= 4, true)
}

async function readResource(client: TestClient, uri: string): Promise<void> {
  const { mimeType } = await client.read(uri)
  if (mimeType === undefined) throw new Error(`${uri} is empty`)
}

async function tryLibrary(node: string, folder: string): Promise<void> {
  const source = `
    import { createShowrunner } from 'showrunner'
    import { paginate, parseFountain } from 'showrunner/screenplay'
    import { criticalPath } from 'showrunner/planning'
    const showrunner = createShowrunner({ env: { SHOWRUNNER_HOME: ${JSON.stringify(mkdtempSync(join(work, 'home-')))} } })
    const answer = await showrunner.generateText({ prompt: 'A storm.', model: 'rehearsal/understudy' })
    const pages = paginate(parseFountain('INT. LAMP ROOM - NIGHT\\n\\nThe wick catches.')).length
    const path = criticalPath([{ id: 'a', hours: 2, depends_on: [] }])
    await showrunner.close()
    console.log(JSON.stringify([answer.text !== '', pages, path !== undefined]))`
  const { stdout } = await run(node, ['--input-type=module', '--eval', source], { cwd: folder })
  expectEqual('the library', stdout.trim(), '[true,1,true]')
}

function expectEqual(what: string, got: unknown, wanted: unknown): void {
  if (got !== wanted) throw new Error(`${what}: got ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`)
}
