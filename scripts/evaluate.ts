import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { BRIEFS, type Brief, chatMessage } from './evaluate/briefs.ts'
import { judgePrompt, VERDICT_SCHEMA, type Verdict } from './evaluate/judge.ts'
import { type Cost, type Evaluated, reportOf } from './evaluate/report.ts'

/**
 * `npm run evaluate -- --model X [--judge Y] [--only id,id] [--folder F]`: writes each brief once as one chat message and
 * once through `develop_script`, has both read blind in both orders, and prints the table. Everything that was made lies
 * in the folder and is not made again, so a run that was stopped goes on. The configuration is that of the working
 * directory; the ledger is one of its own in the folder. `../shared/tools/play` can be the model at both ends.
 */
const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    judge: { type: 'string' },
    only: { type: 'string' },
    folder: { type: 'string', default: 'evaluation' },
  },
})
const { model } = values
if (model === undefined) throw new Error('--model is missing: name the model that writes, such as openai/gpt-5.5.')
const judge = values.judge ?? model
const root = resolve(values.folder)
const only = values.only?.split(',')
const unknown = only?.filter((id) => !BRIEFS.some((brief) => brief.id === id)) ?? []
if (unknown.length > 0)
  throw new Error(`No brief ${unknown.join(', ')}. There are ${BRIEFS.map(({ id }) => id).join(', ')}.`)

const built = join(import.meta.dirname, '../dist')
const { createShowrunner } = (await import(join(built, 'index.js'))) as typeof import('../src/index.ts')
const { measurePages, parseFountain, printFountain } = (await import(
  join(built, 'screenplay.js')
)) as typeof import('../src/screenplay/index.ts')
const showrunner = createShowrunner({ env: { ...process.env, SHOWRUNNER_HOME: join(root, 'home') } })

const say = (line: string): boolean => process.stderr.write(`${line}\n`)

/** Reads what an earlier run made, or makes it and writes it down. */
async function kept<T>(path: string, make: () => Promise<T>): Promise<T> {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as T
  const made = await make()
  writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`)
  return made
}

interface Written extends Cost {
  readonly text: string
}

/** The ledger's counts for the time in which `work` ran. */
async function counted(work: () => Promise<string>): Promise<Written> {
  const before = await totals()
  const text = await work()
  const after = await totals()
  return {
    text,
    calls: after.calls - before.calls,
    input_tokens: after.input_tokens - before.input_tokens,
    cached_input_tokens: after.cached_input_tokens - before.cached_input_tokens,
    output_tokens: after.output_tokens - before.output_tokens,
    cost_usd: after.unpriced_attempts > before.unpriced_attempts ? null : after.cost_usd - before.cost_usd,
  }
}

async function totals() {
  const { all } = (await showrunner.usage('all')).periods
  if (!all) throw new Error('The usage report has no period `all`.')
  return all
}

async function writeOnce(brief: Brief): Promise<string> {
  const { text } = await showrunner.generateText({
    prompt: chatMessage(brief),
    model,
    max_output_tokens: 4_000 + 1_500 * brief.pages,
  })
  return text
}

async function writeWithAgent(brief: Brief, folder: string): Promise<string> {
  const { id: _, pages, ...asked } = brief
  const { script_id } = await kept(join(folder, 'job.json'), async () => {
    const begun = await showrunner.developScript({ ...asked, target_pages: pages, model, wait_seconds: 0 })
    return { script_id: begun.script_id }
  })
  for (;;) {
    const state = await showrunner.developScript({ script_id, wait_seconds: 50 })
    say(`   ${brief.id}: ${state.status}, ${state.stage}, ${state.pages.toFixed(1)} pages, ${state.calls} calls`)
    if (state.status === 'complete') break
    if (state.status !== 'running') throw new Error(`${brief.id} ${state.status}: ${state.next}`)
  }
  const whole = await showrunner.developScript({ script_id, wait_seconds: 0 })
  return whole.fountain ?? ''
}

/** The script as a reader sees it: without title page and in one layout for both, so that neither is recognizable. */
function blind(text: string): string {
  const fenced = /^\s*```\w*\n([\s\S]*?)\n```\s*$/.exec(text)?.[1] ?? text
  return printFountain({ ...parseFountain(fenced), titlePage: [] })
}

async function read(brief: Brief, a: string, b: string): Promise<Verdict> {
  const { json } = await showrunner.generateText({
    prompt: judgePrompt(brief, a, b),
    model: judge,
    json_schema: VERDICT_SCHEMA,
    max_output_tokens: 8_000,
  })
  return json as Verdict
}

async function evaluate(brief: Brief): Promise<Evaluated> {
  const folder = join(root, brief.id)
  mkdirSync(folder, { recursive: true })
  say(`== ${brief.id}: asked once`)
  const oneShot = await kept(join(folder, 'one-shot.json'), () => counted(() => writeOnce(brief)))
  say(`== ${brief.id}: through develop_script`)
  const ours = await kept(join(folder, 'develop-script.json'), () => counted(() => writeWithAgent(brief, folder)))
  const texts = { oneShot: blind(oneShot.text), ours: blind(ours.text) }
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, `${name}.fountain`), text)
  say(`== ${brief.id}: two readings`)
  const first = await kept(join(folder, 'reading-1.json'), () => read(brief, texts.oneShot, texts.ours))
  const second = await kept(join(folder, 'reading-2.json'), () => read(brief, texts.ours, texts.oneShot))
  const pagesOf = (text: string): number => measurePages(parseFountain(text))
  return {
    brief: brief.id,
    oneShot: { ...oneShot, pages: pagesOf(texts.oneShot) },
    ours: { ...ours, pages: pagesOf(texts.ours) },
    readings: [
      { oursIs: 'B', verdict: first },
      { oursIs: 'A', verdict: second },
    ],
  }
}

const done: Evaluated[] = []
try {
  for (const brief of BRIEFS) if (only?.includes(brief.id) ?? true) done.push(await evaluate(brief))
} finally {
  await showrunner.close()
}
const report = reportOf(model, judge, done)
writeFileSync(join(root, 'report.md'), report)
process.stdout.write(report)
