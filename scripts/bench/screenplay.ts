import { join } from 'node:path'

/**
 * Measures the time to read, check, lay out and convert a feature. Medians of several runs after some that are not counted,
 * in processor time, so that other work of the machine is not included.
 */
const RUNS = 15
const WARM_UP = 3
const PAGES = 120
/** The limits that the docs promise: the most that parse, lint and paginate may take each. */
const LIMIT_MS = 50

type Library = typeof import('../../src/screenplay/index.ts')

/** Milliseconds of the processor for a script of 120 pages, of the built library. A Markdown table. */
export async function screenplayBench(): Promise<string> {
  const library: Library = await import(join(import.meta.dirname, '../../dist/screenplay.js'))
  const text = featureFountain(library)
  const script = library.parseFountain(text)
  const xml = library.toFdx(script)
  const rows: readonly (readonly [string, () => unknown, number?])[] = [
    ['parseFountain', () => library.parseFountain(text), LIMIT_MS],
    ['lint, every check', () => library.lint(script, { mode: 'generated' }), LIMIT_MS],
    ['paginate', () => library.paginate(script), LIMIT_MS],
    ['printFountain', () => library.printFountain(script)],
    ['breakdown', () => library.breakdown(script)],
    ['toFdx', () => library.toFdx(script)],
    ['fromFdx', () => library.fromFdx(xml)],
    ['toHtml', () => library.toHtml(script)],
    ['toPdf', () => library.toPdf(script)],
  ]
  const lines = [`| a script of ${PAGES} pages | p50 CPU ms | at most |`, '| --- | ---: | ---: |']
  for (const [name, run, limit] of rows) {
    lines.push(`| ${name} | ${(await median(run)).toFixed(1)} | ${limit ?? ''} |`)
  }
  return [...lines, ''].join('\n')
}

async function median(run: () => unknown): Promise<number> {
  for (let at = 0; at < WARM_UP; at++) await run()
  const times: number[] = []
  for (let at = 0; at < RUNS; at++) {
    const began = process.cpuUsage()
    await run()
    const { user, system } = process.cpuUsage(began)
    times.push((user + system) / 1_000)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN
}

/** Scenes of action and speech, with what a real script has now and then, until there are pages enough. */
function featureFountain({ measurePages, parseFountain }: Library): string {
  const names = ['ANNA', 'BEN', 'ÉLODIE', 'DR. HART', 'OFFICER LUNDQVIST']
  const places = ['KITCHEN', 'HARBOUR - PIER NINE', "ANNA'S HOUSE - STAIRS", 'COURTROOM', 'ROOFTOP', 'NIGHT TRAIN']
  const said =
    'It was never about the money. You knew that, and you said nothing -- not a word -- until it was far too late.'
  const seen =
    'Rain on the window. *Slowly* the door opens, and a well-known figure steps into the **light** of the one lamp.'
  const scene = (at: number): string => {
    const cue = (turn: number): string => names[(at + turn) % names.length] ?? 'ANNA'
    const lines = [0, 1, 2, 3].map((turn) => {
      const words = said.slice(0, 40 + ((at * 7 + turn * 23) % 70))
      return `${cue(turn)}${turn === 2 ? ' (O.S.)' : ''}\n${turn === 1 ? '(low)\n' : ''}${words}`
    })
    const heading = `${at % 3 === 0 ? 'EXT' : 'INT'}. ${places[at % places.length]} - ${at % 2 === 0 ? 'DAY' : 'NIGHT'} #${at + 1}#`
    return [
      heading,
      `${cue(0)} waits. ${seen}`,
      ...lines,
      seen,
      at % 9 === 8 ? '> SMASH CUT TO:' : `She turns to ${cue(1)}.`,
    ].join('\n\n')
  }
  const scenes = ['Title: A Feature\nAuthor: A Writer']
  const perScene = measurePages(parseFountain(Array.from({ length: 9 }, (_, at) => scene(at)).join('\n\n'))) / 9
  for (let at = 0; at < PAGES / perScene; at++) scenes.push(scene(at))
  return [...scenes, '> FADE OUT.'].join('\n\n')
}
