import { breakdown } from '../../screenplay/index.ts'
import { costUsd } from '../shared/ask-model.ts'
import { budgetFinding } from '../shared/budget-finding.ts'
import type { Job } from '../shared/jobs.ts'
import type { Delivery } from './delivery.ts'
import type { Document, Estimate } from './document.ts'
import { estimateText } from './estimate.ts'
import { findingsOf } from './findings.ts'
import type { Stage } from './input.ts'
import { currentScenes, fountainOf, pagesOf, scriptOf } from './render.ts'
import type { ScriptFinding } from './script-finding.ts'
import { isDrafted, isReached, stageOf } from './standing.ts'

/** The result of `develop_script`. Money is in US dollars, lengths in pages. */
export type ScriptResult = {
  readonly script_id: string
  readonly status: Job['status']
  readonly stage: Stage
  /** Null: not written yet. */
  readonly title: string | null
  readonly logline: string | null
  readonly theme?: string
  readonly characters: CharacterResult[]
  readonly beats?: BeatResult[]
  /** While it is running: the scenes that are new since the last answer. */
  readonly scenes: SceneResult[]
  /** The length of the written part. */
  readonly pages: number
  readonly target_pages: number
  readonly findings: ScriptFinding[]
  /** The whole script, where it fits a result; while it is running, what is new since the last answer. */
  readonly fountain?: string
  /** The changes of the last revision: `- old` and `+ new` lines. */
  readonly changes?: string
  readonly resource: string
  /** Null: part of the cost is not known. */
  readonly cost_usd: number | null
  readonly calls: number
  readonly models: string[]
  /** The likely effort of the remaining work, each from least to most; absent: the work is complete. */
  readonly estimate?: {
    readonly calls: number[]
    /** Input and output together. */
    readonly tokens: number[]
    /** Null: the price of the model is not known. */
    readonly cost_usd: number[] | null
  }
  /** The next step for the caller. */
  readonly next?: string
}

type CharacterResult = { readonly name: string; readonly role: string; readonly want: string; readonly voice: string }
type BeatResult = { readonly title: string; readonly summary: string; readonly pages: number }
type SceneResult = {
  readonly number: number
  readonly heading: string
  readonly summary: string
  /** The measured length of a written scene, in eighths; else the planned length. */
  readonly pages: number
  readonly status: 'outlined' | 'written'
  /** The model that wrote it last, the attempts of its block, and its share of their cost (null: not known). */
  readonly model?: string
  readonly attempts?: number
  readonly cost_usd?: number | null
}

/** Results stay under 40,000 characters, so a longer script is left out and is read from its resource. */
const MAX_FOUNTAIN = 30_000
const MAX_RESULT = 38_000
const MAX_FINDINGS = 25
const MAX_SUMMARY = 240
/** The length of all summaries together. */
const MAX_SUMMARIES = 10_000
const MAX_CHANGES = 6_000

/** The result for a saved script. `delivery` limits the result of a running script to the new parts. */
export function resultOf(
  document: Document,
  { status, message, warnings = [] }: Pick<Job, 'status' | 'message' | 'warnings'>,
  delivery?: Delivery,
): ScriptResult {
  const isPoll = status === 'running'
  const fountain = fountainOf(document)
  const { story, beats = [], changes } = document
  const isNew = (part: 'story' | 'characters' | 'beats'): boolean => !isPoll || delivery?.[part] === true
  const rest: ScriptResult = {
    script_id: document.id,
    status,
    stage: stageOf(document),
    title: story?.title ?? document.brief.title ?? null,
    logline: isNew('story') ? story?.logline || null : null,
    ...(story?.theme && isNew('story') && { theme: story.theme }),
    characters: isNew('characters') ? charactersOf(document) : [],
    ...(beats.length > 0 &&
      isNew('beats') && {
        beats: beats.map(({ title, summary, pages }) => ({
          title,
          summary: clip(summary, MAX_SUMMARY),
          pages: round(pages),
        })),
      }),
    scenes: isPoll ? scenesOf(document).filter(({ number }) => delivery?.scenes.includes(number)) : scenesOf(document),
    pages: round(pagesOf(document)),
    target_pages: document.brief.target_pages,
    findings: [...warnings.map(budgetFinding), ...(isPoll ? [] : bounded(findingsOf(document, fountain)))],
    ...(changes && !isPoll && { changes: clip(changes, MAX_CHANGES) }),
    resource: `script://${document.id}`,
    ...costOf(document),
    ...(document.estimate && { estimate: plainEstimate(document.estimate) }),
  }
  const shown = isPoll ? (delivery?.text ?? '') : currentScenes(document).length > 0 ? fountain : ''
  const fits = shown.length <= MAX_FOUNTAIN && shown.length + JSON.stringify(rest).length <= MAX_RESULT
  const next = nextOf(document, status, message, shown !== '' && !fits)
  return { ...rest, ...(shown !== '' && fits && { fountain: shown }), next }
}

function costOf({ spent }: Document): Pick<ScriptResult, 'cost_usd' | 'calls' | 'models'> {
  return { cost_usd: costUsd(spent), calls: spent.calls, models: [...spent.models] }
}

function charactersOf({ characters = [] }: Document): CharacterResult[] {
  return characters.map(({ name, role, want, voice }) => ({ name, role, want, voice }))
}

/** The written scenes, then the cards of the unwritten ones. */
function scenesOf(document: Document): SceneResult[] {
  const { outline = [], imported } = document
  const scenes = currentScenes(document)
  const parts = scenes.length > 0 ? breakdown(scriptOf(document)) : []
  const last =
    document.tasks.find(({ kind }) => kind === 'draft')?.cards?.[0] ?? (scenes.length > 0 ? outline.length : 0)
  const open = imported || isDrafted(document) ? [] : outline.slice(scenes === document.scenes ? last : outline.length)
  const most = Math.min(MAX_SUMMARY, Math.floor(MAX_SUMMARIES / Math.max(1, parts.length + open.length)))
  const written = parts.map(({ heading, eighths }, at): SceneResult => {
    const scene = scenes[at]
    const summary = scene?.card === undefined ? '' : (outline[scene.card]?.summary ?? '')
    const { cost } = scene ?? {}
    return {
      number: at + 1,
      heading,
      summary: clip(summary, most),
      pages: eighths / 8,
      status: 'written',
      ...(cost?.model !== undefined && { model: cost.model }),
      ...(cost && { attempts: cost.attempts, cost_usd: costUsd(cost) }),
    }
  })
  const outlined = open.map(
    ({ heading, summary, pages }, at): SceneResult => ({
      number: written.length + at + 1,
      heading,
      summary: clip(summary, most),
      pages: round(pages),
      status: 'outlined',
    }),
  )
  return [...written, ...outlined]
}

function bounded(findings: readonly ScriptFinding[]): readonly ScriptFinding[] {
  if (findings.length <= MAX_FINDINGS) return findings
  const more = findings.length - MAX_FINDINGS
  return [
    ...findings.slice(0, MAX_FINDINGS),
    { code: 'MORE', severity: 'info', message: `${more} findings more are not shown.` },
  ]
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

function nextOf(document: Document, status: Job['status'], message: string | undefined, isTooLong: boolean): string {
  const { id, until, capMicroUsd, estimate } = document
  const again = `call develop_script again with script_id "${id}"`
  const read = isTooLong
    ? ` The script is too long for this answer: read script://${id}/fountain, or ask for one scene.`
    : ''
  const rest = estimate ? ` The rest takes some ${estimateText(estimate)}.` : ''
  const reason = message ?? 'no reason is known.'
  switch (status) {
    case 'running':
      return `It is being written: ${again} to wait for it; the answer then holds only what is new.${read}`
    case 'failed':
      return `It failed: ${reason} What is finished is saved: ${again} to continue from there.${read}`
    case 'stopped':
      return `It stopped: ${reason} What is finished is saved: ${again} to continue${capMicroUsd === undefined ? '' : ', with a higher max_cost_usd if that was the limit'}.${read}`
    case 'complete':
      if (until !== 'script' && !isReached(document, 'script')) {
        return `The ${until} is finished. To change it, ${again} and notes or redo; to continue, ${again}.${rest}`
      }
      return `It is written. Read it as PDF at script://${id}/pdf, as Final Draft at script://${id}/fdx. To revise it, ${again} and notes, or redo "scene 4". To plan its production, call plan_tasks with script_id "${id}".${read}`
  }
}

function clip(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}

function round(pages: number): number {
  return Math.round(pages * 100) / 100
}
