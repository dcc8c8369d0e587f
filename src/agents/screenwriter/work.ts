import { GenerateError } from '../../contract/errors.ts'
import type { Attempt, Generate } from '../../contract/generate.ts'
import type { ModelFacts } from '../../contract/provider.ts'
import type { World } from '../../contract/world.ts'
import { formatUsd } from '../../lib/money.ts'
import type { JobOutcome, JobRun } from '../shared/jobs.ts'
import { runStages } from '../shared/stage-loop.ts'
import { pagesPerBlock } from './blocks.ts'
import { plannedScenes } from './development.ts'
import type { Document, Scene, SceneCost } from './document.ts'
import { estimateOf, estimateText } from './estimate.ts'
import { SCRIPT_STAGES } from './input.ts'
import { lengthError } from './length.ts'
import { systemPrompt } from './prompts.ts'
import { pagesOf } from './render.ts'
import { STAGES } from './stages.ts'
import { isDrafted, isReached, stageOf } from './standing.ts'

export interface ScreenwriterDeps {
  readonly generate: Generate
  readonly world: World
  /** The facts of the model behind a name; undefined: not known. Blocks and estimate depend on them. */
  readonly factsOf?: ((model: string, signal: AbortSignal) => Promise<Partial<ModelFacts> | undefined>) | undefined
}

/** The largest error of the length, as a share of the target; a script beyond it fails. */
const LENGTH_LIMIT = 0.25

/**
 * Runs the stages of a script up to the requested one. Every answer is saved before the next question. The remaining cost
 * is estimated at the start and when the plan changes, and the run stops where the lower estimate is above the cap. Throws
 * `GenerateError`: the errors of a question, and `bad_response` for a script beyond `LENGTH_LIMIT`.
 */
export async function develop(
  { generate, world, factsOf }: ScreenwriterDeps,
  run: JobRun,
  begin: Document,
): Promise<JobOutcome> {
  const facts = await factsOf?.(begin.model, run.signal).catch(() => undefined)
  let phase: string | undefined
  const { document, outcome } = await runStages<Document>(
    { ...begin, blockPages: begin.blockPages ?? pagesPerBlock(begin, facts) },
    {
      tool: 'develop_script',
      stages: STAGES,
      generate,
      world,
      run,
      contextTokens: facts?.contextTokens,
      system: systemPrompt,
      progress: progressOf,
      isReached: (next) => isReached(next, next.until),
      refuse(next) {
        if (phase === phaseOf(next)) return { document: next, stop: undefined }
        phase = phaseOf(next)
        const estimate = estimateOf(next, facts)
        run.progress({ ...progressOf(next), message: `to do: ${estimateText(estimate)}` })
        return { document: { ...next, estimate }, stop: refusal({ ...next, estimate }) }
      },
      book: bookCost,
    },
  )
  if (outcome.status !== 'complete') return outcome
  const rest = document.until === 'script' ? undefined : estimateOf({ ...document, until: 'script' }, facts)
  await run.save({ ...document, estimate: rest, replaced: isDrafted(document) ? undefined : document.replaced })
  const error = document.until === 'script' && !document.imported ? lengthError(document) : 0
  if (Math.abs(error) <= LENGTH_LIMIT) return outcome
  throw new GenerateError(
    { kind: 'bad_response' },
    `The script is written, but runs ${pagesOf(document).toFixed(1)} pages instead of ${document.brief.target_pages}, although a version of the right length was asked for. Another model may do better; or ask for what it has with target_pages.`,
  )
}

/** The phase of the work. The estimate is made again in a new phase, because more facts are known. */
function phaseOf(document: Document): string {
  if (document.revision?.planned === false) return 'revision'
  if (stageOf(document) !== 'script') return 'development'
  return isDrafted(document) ? 'polish' : 'pages'
}

function refusal({ estimate, capMicroUsd: cap, spent }: Document): string | undefined {
  const least = estimate?.cost_usd?.[0]
  if (estimate === undefined || least === undefined || cap === undefined) return undefined
  if (spent.microUsd + least * 1e6 <= cap) return undefined
  const soFar = spent.microUsd > 0 ? `, after ${formatUsd(spent.microUsd)} so far` : ''
  return `What is left takes ${estimateText(estimate)}${soFar}: more than max_cost_usd, $${cap / 1e6}. Nothing was asked. A cheaper model or fewer pages cost less.`
}

/** Divides the cost of a step among the scenes that it wrote. */
function bookCost(before: Document, after: Document, attempts: readonly Attempt[]): Document {
  const fresh = new Set(after.scenes.filter((scene) => !before.scenes.includes(scene)))
  if (attempts.length === 0 || fresh.size === 0) return after
  const model = attempts.findLast(({ outcome }) => outcome === 'ok')?.model
  const total = attempts.reduce((sum, { microUsd }) => sum + (microUsd ?? 0), 0)
  const cost: SceneCost = {
    ...(model !== undefined && { model }),
    attempts: attempts.length,
    microUsd: Math.round(total / fresh.size),
    unpriced: attempts.filter(({ microUsd }) => microUsd === undefined).length,
  }
  return { ...after, scenes: after.scenes.map((scene): Scene => (fresh.has(scene) ? { ...scene, cost } : scene)) }
}

/** The steps of the work: four of development, one a planned scene, and two a pass of polishing. */
function progressOf(document: Document): { readonly done: number; readonly total: number } {
  const planned = document.outline?.length ?? plannedScenes(document.brief)
  const total = 4 + planned + 2 * document.polish
  const stage = SCRIPT_STAGES.indexOf(stageOf(document))
  const polished = isDrafted(document) ? 2 * document.readings : 0
  return { done: Math.min(total, Math.min(stage, 4) + (stage < 4 ? 0 : document.scenes.length) + polished), total }
}
