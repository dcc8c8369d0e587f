import { GenerateError } from '../../contract/errors.ts'
import type { Attempt, Generate } from '../../contract/generate.ts'
import type { Price } from '../../contract/price.ts'
import type { World } from '../../contract/world.ts'
import { createSpendingMeter, isOverBudget, type ModelAsker } from '../shared/ask-model.ts'
import type { JobOutcome, JobRun } from '../shared/jobs.ts'
import type { Document, SceneCost } from './document.ts'
import { edited, looked, obstacle } from './edit.ts'
import { estimateOf, estimateText } from './estimate.ts'
import { withScene } from './fit.ts'
import { askOutline, sceneCount } from './outline.ts'
import { costText, pagesText } from './result.ts'
import { planRevision } from './revise.ts'
import { writeOn } from './scene.ts'
import { askBeats, askCharacters, askStory } from './stages.ts'
import { isReached, stageOf } from './standing.ts'

export interface Deps {
  readonly generate: Generate
  readonly world: World
  /** What the model costs that a name means now; undefined: not known. Without it nothing is estimated in money. */
  readonly priceOf?: ((model: string, signal: AbortSignal) => Promise<Price | undefined>) | undefined
}

/**
 * Takes a script from where it is to where it is to go. Every answer is saved before the next question, so nothing that
 * was finished is asked for again. Before anything is asked, and once more before the first scene, what is left is
 * estimated, and refused where even the least is above the cap.
 */
export async function develop({ generate, world, priceOf }: Deps, run: JobRun, begin: Document): Promise<JobOutcome> {
  const tally = createSpendingMeter(begin.spent)
  let attempts: Attempt[] = []
  const asker: ModelAsker = {
    generate,
    model: begin.model,
    tool: 'develop_script',
    signal: run.signal,
    newId: () => world.id(),
    meter: {
      get spent() {
        return tally.spent
      },
      addCall: () => tally.addCall(),
      addAttempt(attempt) {
        attempts.push(attempt)
        tally.addAttempt(attempt)
      },
    },
    warn: run.warn,
    reasoningEffort: 'low',
    ...(begin.capMicroUsd !== undefined && { capMicroUsd: begin.capMicroUsd }),
  }
  let document = begin
  const save = async (next: Document): Promise<void> => {
    document = { ...next, spent: tally.spent }
    await run.save(document)
  }
  await save(begin)
  const price = await priceOf?.(begin.model, run.signal).catch(() => undefined)
  let phase: string | undefined
  try {
    while (!isReached(document, document.until)) {
      run.signal.throwIfAborted()
      if (phase !== phaseOf(document)) {
        phase = phaseOf(document)
        await save({ ...document, estimate: estimateOf(document, price) })
        run.progress({ ...progressOf(document), message: `to do: ${estimateText(estimateOf(document, price))}` })
        const refused = refusal(document)
        if (refused) return refused
      }
      run.progress(progressOf(document))
      attempts = []
      const scene = sceneInWork(document)
      await save(booked(await step(asker, document), scene, attempts))
      attempts = []
    }
    const rest = document.until === 'script' ? undefined : estimateOf({ ...document, until: 'script' }, price)
    await save({ ...document, estimate: rest })
    run.progress(progressOf(document))
  } catch (error) {
    // What a failed question has cost is kept too.
    if (tally.spent !== document.spent && !run.signal.aborted) {
      await save(booked(document, sceneInWork(document), attempts))
    }
    if (!isOverBudget(error)) throw error
    return { status: 'stopped', message: error.message }
  }
  const wrong = document.until === 'script' ? obstacle(document) : undefined
  if (wrong === undefined) return { status: 'complete' }
  // Going on from here gives it to the editor once more.
  await save({ ...document, edit: undefined })
  throw new GenerateError({ kind: 'bad_response' }, wrong)
}

/** The estimate is made anew when there is more to go by: at the start, with a new plan, and before the first scene. */
function phaseOf(document: Document): string {
  if (document.revision && !document.revision.planned) return 'revision'
  return stageOf(document) === 'script' ? 'scenes' : 'stages'
}

function refusal({ estimate, capMicroUsd: cap, spent }: Document): JobOutcome | undefined {
  const least = estimate?.cost_usd?.[0]
  if (estimate === undefined || least === undefined || cap === undefined) return undefined
  if (spent.microUsd + least * 1e6 <= cap) return undefined
  const so = spent.microUsd > 0 ? `, after $${(spent.microUsd / 1e6).toFixed(2)} so far` : ''
  return {
    status: 'stopped',
    message: `What is left takes ${estimateText(estimate)}${so}: more than max_cost_usd, $${cap / 1e6}. Nothing was asked. A cheaper model or fewer pages cost less.`,
  }
}

/** Asks the next question, and gives back the document with its answer. */
async function step(asker: ModelAsker, document: Document): Promise<Document> {
  switch (stageOf(document)) {
    case 'logline':
      return { ...document, story: await askStory(asker, document) }
    case 'characters':
      return { ...document, ...(await askCharacters(asker, document)) }
    case 'beats':
      return { ...document, beats: await askBeats(asker, document) }
    case 'outline':
      return { ...document, ...(await askOutline(asker, document)) }
    case 'script':
      return scriptStep(asker, document)
  }
}

function scriptStep(asker: ModelAsker, document: Document): Promise<Document> | Document {
  const { revision, edit, outline } = document
  if (revision && !revision.planned) return planRevision(asker, document, revision.notes)
  const unfinished = outline?.scenes.findIndex((scene) => !scene.done) ?? -1
  if (unfinished >= 0) return writeOn(asker, document, unfinished, revision?.notes)
  if (edit === undefined) return looked(document)
  return edit.length > 0 ? edited(asker, document) : { ...document, revision: undefined }
}

/** The scene that the next question is about, by index. */
function sceneInWork(document: Document): number | undefined {
  if (stageOf(document) !== 'script' || document.revision?.planned === false) return undefined
  const unfinished = document.outline?.scenes.findIndex((scene) => !scene.done) ?? -1
  return unfinished >= 0 ? unfinished : document.edit?.[0] && document.edit[0].scene - 1
}

function booked(document: Document, index: number | undefined, attempts: readonly Attempt[]): Document {
  const scene = index === undefined ? undefined : document.outline?.scenes[index]
  if (index === undefined || scene === undefined || attempts.length === 0) return document
  const { model, ...before }: SceneCost = scene.cost ?? { attempts: 0, microUsd: 0, unpriced: 0 }
  const last = attempts.findLast(({ outcome }) => outcome === 'ok')?.model ?? model
  return withScene(document, index, {
    cost: {
      ...(last !== undefined && { model: last }),
      attempts: before.attempts + attempts.length,
      microUsd: before.microUsd + attempts.reduce((sum, { microUsd }) => sum + (microUsd ?? 0), 0),
      unpriced: before.unpriced + attempts.filter(({ microUsd }) => microUsd === undefined).length,
    },
  })
}

function progressOf(document: Document) {
  const stage = stageOf(document)
  const scenes = document.outline?.scenes ?? []
  const finished = scenes.filter((scene) => scene.done).length
  const count = document.outlined ? scenes.length : sceneCount(document.brief)
  const stages = ['logline', 'characters', 'beats', 'outline'].indexOf(stage)
  return {
    message: `${stage === 'script' ? sceneText(document, count) : stage} · ${costText(document)}`,
    done: stage === 'script' ? 4 + finished : Math.max(0, stages),
    total: 4 + count,
  }
}

function sceneText(document: Document, count: number): string {
  if (document.revision?.planned === false) return `what the notes concern · ${pagesText(document)}`
  const at = sceneInWork(document)
  const edits = document.edit?.length && document.outline?.scenes.every((scene) => scene.done) ? 'editing ' : ''
  return `${edits}scene ${at === undefined ? count : at + 1}/${count} · ${pagesText(document)}`
}
