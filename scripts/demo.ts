import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

/**
 * Starts the built server over stdio, as a client would, and does its whole job with it: the models, a streamed answer,
 * a screenplay, a plan, the bill. With an API key in the environment (or in `.env`) it asks that provider, under a cap;
 * else a local engine; else the understudy, which costs nothing.
 */
const CAP_USD = 0.25
const root = join(import.meta.dirname, '..')
const outputFolder = join(root, 'demo-output')
const CONCEPT =
  'A lighthouse keeper, MARA, and her estranged brother TOM must keep the lamp burning through one storm, with one match left.'

const UNDERSTUDY = 'rehearsal/understudy'
/** The end of a progress message that repeats the one before. */
const HEARTBEAT = / · \d+ s$/

type Input = Readonly<Record<string, unknown>>
type JobOutcome = { readonly ok: true; readonly data: Result['data'] } | { readonly ok: false; readonly reason: string }

interface Result {
  readonly text: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Clears the line on a terminal. */
const START_OF_LINE = process.stdout.isTTY ? '\r\x1b[K' : ''

const client = new Client({ name: 'demo', version: '1.0.0' })
try {
  await connectToServer()
  const model = await showModels()
  await showAnswer(model)
  await showPlan(model, await showScript(model))
  await showUsage()
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await client.close()
}

async function connectToServer(): Promise<void> {
  rmSync(outputFolder, { recursive: true, force: true })
  mkdirSync(outputFolder)
  const settings = { routing: { strategy: 'cheapest' }, budgets: [{ name: 'demo cap', per: 'total', usd: CAP_USD }] }
  writeFileSync(join(outputFolder, 'showrunner.json'), JSON.stringify(settings))
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [join(root, 'dist/server.js')],
      cwd: root,
      env: {
        ...definedEnvironment(),
        SHOWRUNNER_HOME: join(outputFolder, 'home'),
        SHOWRUNNER_CONFIG: join(outputFolder, 'showrunner.json'),
      },
      stderr: 'inherit',
    }),
  )
}

/** Resolves to the model that the rest of the demo asks. */
async function showModels(): Promise<string> {
  heading('1  The models')
  const models = await callTool('list_models', { limit: 6 })
  const all = await callTool('list_models', { available_only: false, limit: 1 })
  const found = asText(models.data['default_model'])
  const model = found || UNDERSTUDY
  for (const each of asArray(models.data['models']))
    print(`   ${asText(each['id']).padEnd(44)} ${asText(each['status'])}  ${formatPrice(each['price'])}`)
  print(`   ${asText(all.data['total'])} models of ${asArray(all.data['providers']).length} providers are known.`)
  if (!found)
    print(
      '\n   No API key and no local engine here, so the understudy plays: placeholder text, no network, no cost.\n   With a key (OPENAI_API_KEY=… npm run demo) the same demo asks a real model.',
    )
  else print(`\n   Asking ${found}, under a cap of $${CAP_USD}.`)
  return model
}

async function showAnswer(model: string): Promise<void> {
  heading(`2  generate_text, as it streams from ${model}`)
  const answer = await callTool(
    'generate_text',
    { prompt: 'In three sentences: why do storms make good scenes?', model, max_output_tokens: 400 },
    showOnOneLine,
  )
  print(`${START_OF_LINE}   ${asText(answer.data['text']).replaceAll('\n', '\n   ')}`)
  print(
    `\n   — ${asText(answer.data['model'])}, ${asText(answer.data['latency_ms'])} ms, first words after ${asText(answer.data['first_token_ms'])} ms, $${asText(answer.data['cost_usd'])}`,
  )
}

/** Resolves to the id of the script. */
async function showScript(model: string): Promise<string> {
  heading('3  develop_script')
  const script = await runJob('develop_script', 'script_id', {
    concept: CONCEPT,
    format: 'short',
    target_pages: 4,
    model,
    max_cost_usd: CAP_USD * 0.6,
  })
  const fountain = asText(script['fountain'])
  writeFileSync(join(outputFolder, 'script.fountain'), fountain)
  writeFileSync(join(outputFolder, 'script.json'), JSON.stringify(script, null, 2))
  print(
    `\n   ${asText(script['title'])}: ${asText(script['pages'])} of ${asText(script['target_pages'])} pages, ${asArray(script['scenes']).length} scenes, cast ${asArray(
      script['characters'],
    )
      .map((one) => asText(one['name']))
      .join(', ')}`,
  )
  print(`   Written to demo-output/script.fountain. It begins:\n`)
  print(
    fountain
      .split('\n')
      .slice(0, 36)
      .map((line) => `   │ ${line}`)
      .join('\n'),
  )
  return asText(script['script_id'])
}

async function showPlan(model: string, scriptId: string): Promise<void> {
  heading('4  plan_tasks, from that script')
  const plan = await runJob('plan_tasks', 'plan_id', {
    script_id: scriptId,
    detail: 'outline',
    constraints: { team: [{ role: 'Crew', count: 3 }] },
    model,
    max_cost_usd: CAP_USD * 0.2,
  })
  const tasks = asArray(plan['tasks'])
  writeFileSync(join(outputFolder, 'plan.json'), JSON.stringify(plan, null, 2))
  writeFileSync(join(outputFolder, 'plan.mmd'), asText(plan['gantt']))
  for (const task of tasks)
    print(
      `   ${task['critical'] ? '●' : '○'} ${asText(task['start']).slice(0, 16)}  ${asText(task['estimate_hours']).padStart(4)} h  ${asText(task['title'])}`,
    )
  print(
    `   ● critical path, ${asText(plan['makespan_hours'])} working hours: ${(plan['critical_path'] as readonly string[]).join(' → ')}`,
  )
  const saving = asArray(plan['findings']).find((finding) => finding['code'] === 'P11')
  if (saving) print(`   ${asText(saving['message'])}`)
  for (const [page, file] of [
    ['html', 'gantt.html'],
    ['stripboard', 'strip-board.html'],
  ] as const) {
    const { contents } = await client.readResource({ uri: `plan://${asText(plan['plan_id'])}/${page}` })
    const [content] = contents
    if (content && 'text' in content) writeFileSync(join(outputFolder, file), content.text)
  }
  print('   Written to demo-output: plan.json, plan.mmd (Mermaid), gantt.html, strip-board.html.')
}

async function showUsage(): Promise<void> {
  heading('5  usage_report')
  const usage = await callTool('usage_report', { period: 'today', by: 'tool' })
  print(`   ${asText(usage.data['summary'])}`)
  const today = (
    usage.data['periods'] as Readonly<
      Record<string, { readonly by: { readonly tool: readonly Readonly<Record<string, unknown>>[] } }>
    >
  )['today']
  for (const row of today?.by.tool ?? [])
    print(`   ${asText(row['key']).padEnd(16)} ${asText(row['calls']).padStart(3)} calls  $${asText(row['cost_usd'])}`)
}

/** Does a job. Where the model fails, the understudy takes over, so that the demo shows every step. */
async function runJob(tool: string, id: string, input: Input): Promise<Result['data']> {
  const first = await tryJob(tool, id, input)
  if (first.ok) return first.data
  if (input['model'] === UNDERSTUDY) throw new Error(`${tool}: ${first.reason}`)
  print(`\n   ${asText(input['model'])} did not get through: ${first.reason}\n   The understudy takes over.\n`)
  const second = await tryJob(tool, id, { ...input, model: UNDERSTUDY })
  if (second.ok) return second.data
  throw new Error(`${tool}: ${second.reason}`)
}

/** Calls again with the job's id until it has ended, and shows its progress. */
async function tryJob(tool: string, id: string, input: Input): Promise<JobOutcome> {
  let last = ''
  const show = (message: string): void => {
    const line = message.replace(HEARTBEAT, '')
    if (line !== last) print(`   ${line}`)
    last = line
  }
  try {
    let { data } = await callTool(tool, input, show)
    while (data['status'] === 'running') data = (await callTool(tool, { [id]: data[id] }, show)).data
    if (data['status'] === 'complete') return { ok: true, data }
    return { ok: false, reason: asText(data['next']) }
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

async function callTool(tool: string, input: Input, onMessage?: (message: string) => void): Promise<Result> {
  const options = onMessage
    ? { onprogress: ({ message = '' }: { readonly message?: string | undefined }) => onMessage(message) }
    : {}
  const result = await client.callTool(
    { name: tool, arguments: { ...input } },
    { ...options, timeout: 120_000, resetTimeoutOnProgress: true },
  )
  const [content] = result.content
  const text = content?.type === 'text' ? content.text : ''
  if (result.isError) throw new Error(text)
  return { text, data: result.structuredContent as Result['data'] }
}

/** Replaces the line before it. Without a terminal nothing is shown, because the whole answer follows. */
function showOnOneLine(message: string): void {
  if (process.stdout.isTTY) print(`${START_OF_LINE}   ${message.slice(0, process.stdout.columns - 4)}`, '')
}

function heading(title: string): void {
  print(`\n${styleText('bold', title)}\n`)
}

function print(line: string, end = '\n'): void {
  process.stdout.write(line + end)
}

function asText(value: unknown): string {
  return value === null || value === undefined ? '' : String(value)
}

function asArray(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value : []
}

function formatPrice(price: unknown): string {
  const rates = price as Readonly<Record<string, unknown>> | null
  return rates
    ? `$${asText(rates['input_usd_per_mtok'])} in, $${asText(rates['output_usd_per_mtok'])} out, a million tokens`
    : 'price unknown'
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
