import { breakdown } from '../../screenplay/index.ts'
import { costUsd } from '../shared/ask-model.ts'
import { budgetFinding } from '../shared/budget-finding.ts'
import type { Job } from '../shared/jobs.ts'
import type { Character, Document, Estimate, Scene } from './document.ts'
import { estimateText } from './estimate.ts'
import { checked, type ScriptFinding } from './findings.ts'
import type { Stage } from './input.ts'
import { fountainOf, isBegun, pagesOf, scriptOf } from './render.ts'
import { isReached, stageOf } from './standing.ts'

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
  /** What is wrong with the form, and last an entry `CHECKED` that names the checks that ran, and what is not known. */
  readonly findings: ScriptFinding[]
  /** The whole script, where it fits a result. */
  readonly fountain?: string
  readonly resource: string
  /** Null: part of the cost is not known. */
  readonly cost_usd: number | null
  readonly calls: number
  readonly models: string[]
  /** What is left to do is likely to take, each from least to most; absent: nothing is left. */
  readonly estimate?: {
    readonly calls: number[]
    /** Input and output together. */
    readonly tokens: number[]
    /** Null: the price of the model is not known. */
    readonly cost_usd: number[] | null
  }
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
  /** Who wrote it last, how many requests it took, and what they cost in US dollars (null: not known); absent: none. */
  readonly model?: string
  readonly attempts?: number
  readonly cost_usd?: number | null
}

/** Results stay under 40,000 characters; the script is left out where it would not fit, and its resource has it. */
const MOST_FOUNTAIN = 30_000
const MOST_IN_ALL = 38_000
const MOST_FINDINGS = 25
const MOST_SUMMARY = 240
/** Of all summaries together. */
const MOST_SUMMARIES = 12_000

export function resultOf(
  document: Document,
  { status, message, warnings = [] }: Pick<Job, 'status' | 'message' | 'warnings'>,
): ScriptResult {
  const { story, characters = [], outline, brief, spent, id } = document
  const scenes = outline?.scenes ?? []
  const fountain = fountainOf(document)
  const rest: ScriptResult = {
    script_id: id,
    status,
    stage: stageOf(document),
    title: story?.title ?? brief.title ?? null,
    logline: story?.logline || null,
    characters: [...characters],
    scenes: scenesOf(document),
    pages: rounded(pagesOf(document)),
    target_pages: brief.target_pages,
    findings: [...warnings.map(budgetFinding), ...findingsOf(document, fountain)],
    resource: `script://${id}`,
    cost_usd: costUsd(spent),
    calls: spent.calls,
    models: [...spent.models],
    ...(document.estimate && { estimate: plainEstimate(document.estimate) }),
  }
  const written = scenes.some(isBegun)
  const fits = fountain.length <= MOST_FOUNTAIN && fountain.length + JSON.stringify(rest).length <= MOST_IN_ALL
  const next = nextOf(document, status, message, written && !fits)
  return { ...rest, ...(written && fits && { fountain }), ...(next !== undefined && { next }) }
}

function scenesOf(document: Document): SceneResult[] {
  const written = breakdown(scriptOf(document)).values()
  const scenes = document.outline?.scenes ?? []
  const most = Math.min(MOST_SUMMARY, Math.floor(MOST_SUMMARIES / scenes.length))
  return scenes.map((scene, index) => {
    const { heading, summary, pages, done } = scene
    const measured = isBegun(scene) ? written.next().value : undefined
    return {
      number: index + 1,
      heading,
      summary: summary.length > most ? `${summary.slice(0, most)}…` : summary,
      pages: rounded(measured ? measured.eighths / 8 : pages),
      status: done ? 'written' : measured ? 'writing' : 'outlined',
      ...costOfScene(scene),
    }
  })
}

function costOfScene({ cost }: Scene): Pick<SceneResult, 'model' | 'attempts' | 'cost_usd'> {
  if (cost === undefined) return {}
  const { model, attempts } = cost
  return { ...(model !== undefined && { model }), attempts, cost_usd: costUsd(cost) }
}

function plainEstimate({
  calls,
  input_tokens,
  output_tokens,
  cost_usd,
}: Estimate): NonNullable<ScriptResult['estimate']> {
  return {
    calls: [...calls],
    tokens: [input_tokens[0] + output_tokens[0], input_tokens[1] + output_tokens[1]],
    cost_usd: cost_usd && [...cost_usd],
  }
}

function nextOf(
  document: Document,
  status: Job['status'],
  message: string | undefined,
  tooLong: boolean,
): string | undefined {
  const again = `call develop_script again with script_id "${document.id}"`
  const read = tooLong ? ` The script is too long for this answer: read script://${document.id}/fountain.` : ''
  const rest = document.estimate ? ` The rest takes some ${estimateText(document.estimate)}.` : ''
  switch (status) {
    case 'running':
      return `It is being written: ${again} to wait for it.`
    case 'failed':
      return `It failed: ${message ?? 'no reason is known.'} What is finished is saved: ${again} to go on from there.${read}`
    case 'stopped':
      return `It stopped: ${message ?? 'no reason is known.'} What is finished is saved: ${again} to go on${document.capMicroUsd === undefined ? '' : ', with a higher max_cost_usd if that was the limit'}.${read}`
    case 'complete':
      if (document.until !== 'script' && !isReached(document, 'script'))
        return `The ${document.until} is finished: ${again} to go on.${rest}${read}`
      return tooLong ? read.trim() : undefined
  }
}

function findingsOf(document: Document, fountain: string): ScriptFinding[] {
  const checks = checked(document, fountain)
  if (checks === undefined) return []
  const { found, ran, passed, unknown } = checks
  const more = found.length > MOST_FINDINGS ? ` ${found.length - MOST_FINDINGS} findings more are not shown.` : ''
  const message = `${passed} of ${ran.length} checks passed: ${ran.join(', ')}.${unknown.length > 0 ? ` Not checked: ${unknown.join(', ')}.` : ''}${more}`
  return [...found.slice(0, MOST_FINDINGS), { code: 'CHECKED', severity: 'info', message }]
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
