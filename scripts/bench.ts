import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { coldStartBench } from './bench/cold-start.ts'
import { serveContestant } from './bench/contestant-process.ts'
import { CONTESTANTS, type ContestantId } from './bench/contestants.ts'
import { faultsBench } from './bench/faults.ts'
import { serveFaults } from './bench/faulty-upstream.ts'
import { ledgerBench } from './bench/ledger.ts'
import { planningBench } from './bench/planning.ts'
import { screenplayBench } from './bench/screenplay.ts'
import { sizeBench } from './bench/size.ts'
import { speedBench } from './bench/speed.ts'
import { serveUpstream } from './bench/speed-upstream.ts'

/**
 * Measures what the docs claim, each figure beside its named baseline in the same run, and prints Markdown.
 *
 * `--write` writes docs/benchmarks.md as well. `--long` takes ten minutes and gives steadier numbers. `--only=speed` runs one
 * part (those of `SLOW` are run by this and by the two above only), `--peers=openai,showrunner` some of the contestants. With the name of a
 * role as its argument, this file is one of the bench's own processes.
 */
async function bench(options: readonly string[]): Promise<void> {
  const root = join(import.meta.dirname, '..')
  const hasPeers = existsSync(join(root, 'bench/peers/node_modules'))
  const listOption = (option: string): readonly string[] | undefined =>
    options
      .find((one) => one.startsWith(`--${option}=`))
      ?.split('=')[1]
      ?.split(',')
  const contestantIds = (Object.keys(CONTESTANTS) as ContestantId[])
    .filter((id) => hasPeers || !CONTESTANTS[id].judge)
    .filter((id) => listOption('peers')?.includes(id) ?? true)
  const parts: Readonly<Record<string, () => string | Promise<string>>> = {
    start: coldStartBench,
    size: () => `${sizeBench()}\n${surfaceCost(root)}`,
    speed: () =>
      speedBench(contestantIds, options.includes('--long') ? { rounds: 30, slotMs: 900 } : { rounds: 5, slotMs: 350 }),
    faults: () => faultsBench(contestantIds),
    screenplay: screenplayBench,
    planning: planningBench,
    ledger: ledgerBench,
  }
  const whole = options.includes('--long') || options.includes('--write')
  const wanted = listOption('only') ?? Object.keys(parts).filter((name) => whole || !SLOW_PARTS.has(name))
  const page = [`# Benchmarks\n`, describeRun(options)]
  if (!hasPeers) page.push('Only the raw SDK was run beside: `npm ci --prefix bench/peers` installs the peers.\n')
  process.stdout.write(`${page.join('\n')}\n`)
  for (const [name, run] of Object.entries(parts)) {
    if (!wanted.includes(name)) continue
    const text = `${SECTION_INTROS[name]}\n\n${await run()}`
    process.stdout.write(`${text}\n`)
    page.push(text)
  }
  if (options.includes('--write')) writeFileSync(join(root, 'docs/benchmarks.md'), `${page.join('\n').trimEnd()}\n`)
  process.exit()
}

function describeRun(options: readonly string[]): string {
  const model = cpus()[0]?.model ?? 'unknown processor'
  const memory = Math.round(totalmem() / 2 ** 30)
  const day = new Date().toISOString().slice(0, 10)
  return (
    `Written by \`npm run bench${options.length > 0 ? ` -- ${options.join(' ')}` : ''}\` on ${day}: Node ${process.versions.node}, ${cpus().length} cores (${model}), ${memory} GB, ${process.platform}; load average ${loadavg()[0]?.toFixed(1)} as it began. ` +
    'Numbers of one machine on one day: what to look at is how the lines of one table stand to each other, and that only where the load is below the number of cores.\n'
  )
}

function surfaceCost(root: string): string {
  const tools = JSON.parse(readFileSync(join(root, 'test/e2e/surface.snap.json'), 'utf8')) as readonly unknown[]
  const tokens = Math.ceil(JSON.stringify(tools).length / 4)
  return `\`tools/list\` costs a model ${tokens.toLocaleString('en-US')} tokens for ${tools.length} tools, by the usual four characters a token.\n`
}

/** Parts that take half a minute or more each. */
const SLOW_PARTS: ReadonlySet<string> = new Set(['planning', 'ledger'])

const SECTION_INTROS: Readonly<Record<string, string>> = {
  start: '## Starting',
  size: '## Size',
  speed: [
    '## Speed\n',
    'One upstream in its own process answers from memory: Chat Completions, 34 chunks, each a write of its own. Each contestant has a process of its own and asks it through the same wire, warmed for three seconds and then taking turns in rounds, with each answer checked. Showrunner runs with limits, a budget, prices and the ledger on the disk, which the others have none of; what came in one read it hands on as one event, where the raw SDK hands on a chunk each; it and pi-ai stream even where a whole answer is wanted, so in the tables of whole answers they read 34 chunks where the others read one body, and the raw SDK and the AI SDK are faster there. Portkey is asked through the raw SDK. On a machine that has other things to do, look at the processor time.',
  ].join('\n'),
  faults: [
    '## Faults\n',
    'The fault matrix of the tests (`test/faults`), as far as it concerns Chat Completions. Showrunner and Portkey have a healthy second model to fall back on; the raw SDK, the AI SDK and pi-ai know no fallback, so for them a visible error is the best there is. Contestants with a setting for it wait 1.5 s for a silent upstream; a question that has not ended after 15 s hangs. *Right* is the whole answer, character by character. *Silently wrong* is anything else that comes without an error and without a finish reason that would tell.',
  ].join('\n'),
  screenplay: '## The screenplay library',
  planning: '## The planning library',
  ledger: '## The ledger, a million entries',
}

const [role, ...args] = process.argv.slice(2)
if (role === 'upstream') serveUpstream()
else if (role === 'faults') await serveFaults()
else if (role === 'contestant') await serveContestant(args[0] as ContestantId, JSON.parse(args[1] ?? '{}'))
else await bench(process.argv.slice(2))
