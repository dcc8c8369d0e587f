import { breakdown, type Finding, lint, parseFountain, RULES } from '../../screenplay/index.ts'
import { costUsd } from '../ask.ts'
import type { Job } from '../job.ts'
import { type Character, type Document, stageOf } from './document.ts'
import type { Stage } from './input.ts'
import { fountainOf, pagesOf, scriptOf } from './render.ts'

/** What a call of `develop_script` answers. Money is in US dollars, lengths in pages. */
export type ScriptResult = {
  readonly script_id: string
  readonly status: Job['status']
  readonly stage: Stage
  /** Null: not written yet. */
  readonly title: string | null
  readonly logline: string | null
  readonly characters: Character[]
  readonly scenes: SceneResult[]
  /** As far as it is written. */
  readonly pages: number
  readonly target_pages: number
  /** What is wrong with the form, and last an entry `CHECKED` that names the checks that ran. */
  readonly findings: ScriptFinding[]
  /** The whole script, where it fits a result. */
  readonly fountain?: string
  readonly resource: string
  /** Null: part of the cost is not known. */
  readonly cost_usd: number | null
  readonly calls: number
  readonly models: string[]
  /** What to do now, in a sentence. */
  readonly next?: string
}

type SceneResult = {
  readonly number: number
  readonly heading: string
  readonly summary: string
  /** Of a written scene as measured, in eighths; else as planned. */
  readonly pages: number
  readonly status: 'outlined' | 'writing' | 'written'
}

type ScriptFinding = Pick<Finding, 'code' | 'severity' | 'message'> &
  Partial<Omit<Finding, 'code' | 'severity' | 'message'>>

/** Results stay under 40,000 characters; the script is left out where it would not fit, and its resource has it. */
const MOST_FOUNTAIN = 30_000
const MOST_IN_ALL = 38_000
const MOST_FINDINGS = 25
const MOST_SUMMARY = 240

export function resultOf(document: Document, { status, message }: Pick<Job, 'status' | 'message'>): ScriptResult {
  const { story, characters = [], outline, brief, spent, id } = document
  const scenes = outline?.scenes ?? []
  const fountain = fountainOf(document)
  const rest: ScriptResult = {
    script_id: id,
    status,
    stage: stageOf(document),
    title: story?.title ?? brief.title ?? null,
    logline: story?.logline ?? null,
    characters: [...characters],
    scenes: scenesOf(document),
    pages: rounded(pagesOf(document)),
    target_pages: brief.target_pages,
    findings: findingsOf(document, fountain),
    resource: `script://${id}`,
    cost_usd: costUsd(spent),
    calls: spent.calls,
    models: [...spent.models],
  }
  const written = scenes.some((scene) => scene.elements.length > 0)
  const fits = fountain.length <= MOST_FOUNTAIN && fountain.length + JSON.stringify(rest).length <= MOST_IN_ALL
  const next = nextOf(document, status, message, written && !fits)
  return { ...rest, ...(written && fits && { fountain }), ...(next !== undefined && { next }) }
}

function scenesOf(document: Document): SceneResult[] {
  const written = breakdown(scriptOf(document)).values()
  return (document.outline?.scenes ?? []).map(({ heading, summary, pages, elements, done }, index) => {
    const measured = elements.length > 0 ? written.next().value : undefined
    return {
      number: index + 1,
      heading,
      summary: summary.length > MOST_SUMMARY ? `${summary.slice(0, MOST_SUMMARY)}…` : summary,
      pages: rounded(measured ? measured.eighths / 8 : pages),
      status: done ? 'written' : measured ? 'writing' : 'outlined',
    }
  })
}

function nextOf(
  document: Document,
  status: Job['status'],
  message: string | undefined,
  tooLong: boolean,
): string | undefined {
  const again = `call develop_script again with script_id "${document.id}"`
  const read = tooLong ? ` The script is too long for this answer: read script://${document.id}/fountain.` : ''
  switch (status) {
    case 'running':
      return `It is being written: ${again} to wait for it.`
    case 'failed':
      return `It failed: ${message ?? 'no reason is known.'} What is finished is saved: ${again} to go on from there.${read}`
    case 'stopped':
      return `It stopped: ${message ?? 'no reason is known.'} What is finished is saved: ${again} to go on${document.capMicroUsd === undefined ? '' : ', with a higher max_cost_usd if that was the limit'}.${read}`
    case 'complete':
      if (document.until !== 'script') return `The ${document.until} is finished: ${again} to go on.${read}`
      return tooLong ? read.trim() : undefined
  }
}

function findingsOf(document: Document, fountain: string): ScriptFinding[] {
  const { outline, outlined, characters = [], brief } = document
  if (!outline?.scenes.some((scene) => scene.elements.length > 0)) return []
  const whole = outlined && outline.scenes.every((scene) => scene.done)
  // Of half a script neither its length nor its ending can be judged.
  const skipped = new Set(whole ? [] : ['F10', 'F14'])
  const cast = characters.map(({ name }) => name)
  const options = { mode: 'ours', cast, ...(whole && { targetPages: brief.target_pages }) } as const
  const found = lint(parseFountain(fountain), options).filter(({ code }) => !skipped.has(code))
  const ran = RULES.filter(({ code }) => !skipped.has(code)).map(({ code, title }) => `${code} ${title}`)
  const passed = ran.length - new Set(found.map(({ code }) => code)).size
  return [
    ...found.slice(0, MOST_FINDINGS),
    { code: 'CHECKED', severity: 'info', message: `${passed} of ${ran.length} checks passed: ${ran.join(', ')}.` },
  ]
}

export function pagesText(document: Document): string {
  return `${pagesOf(document).toFixed(1)} of ${document.brief.target_pages} pages`
}

export function costText({ spent }: Document): string {
  const cost = costUsd(spent)
  return cost === null ? 'cost unknown' : `$${cost.toFixed(3)}`
}

function rounded(pages: number): number {
  return Math.round(pages * 100) / 100
}
