import { GenerateError } from '../../contract/errors.ts'
import type { Document } from './document.ts'
import { SCRIPT_STAGES, type ScriptInput, type Stage } from './input.ts'
import { fountainOf, pagesOfScenes } from './render.ts'
import { redoInstruction } from './revise.ts'
import { isReached, personAdds } from './standing.ts'

/** Earlier versions kept, so that the document stays bounded. */
const MAX_VERSIONS = 5

/**
 * Applies a later call's input to a saved script: model, cap, last stage, length, notes and redo. The replaced text is kept
 * as an earlier version. Throws `invalid_request` for the number of no scene.
 */
export function applyInput(document: Document, input: ScriptInput): Document {
  const redoStage = stageToRedo(input)
  const until = input.stop_after ?? redoStage ?? (isReached(document, document.until) ? 'script' : document.until)
  const pages = newLength(document, input)
  const next: Document = {
    ...document,
    until: input.redo !== undefined && redoStage === undefined ? 'script' : until,
    ...(pages !== undefined && {
      brief: { ...document.brief, target_pages: pages, asked_pages: pages },
      resized: false,
    }),
    ...(input.model !== undefined && { model: input.model, blockPages: undefined }),
    ...(input.reasoning_effort !== undefined && { reasoningEffort: input.reasoning_effort }),
    ...(input.polish !== undefined && { polish: input.polish }),
    ...(input.max_cost_usd !== undefined && { capMicroUsd: Math.round(input.max_cost_usd * 1_000_000) }),
  }
  if (redoStage !== undefined) return redoFrom(next, redoStage, input.notes)
  if (input.redo !== undefined) return redoScene(next, Number(input.redo.slice('scene '.length)), input.notes)
  const isComplete = isReached(document, 'script')
  const resize = pages !== undefined && isComplete ? `Make the whole script ${pages} pages long.` : undefined
  const notes = input.notes ?? resize
  if (notes === undefined) return next
  return isComplete ? revise(next, notes, pages) : { ...next, wishes: [...next.wishes, personAdds(notes)] }
}

function stageToRedo({ redo }: ScriptInput): Stage | undefined {
  return SCRIPT_STAGES.find((stage) => stage === redo)
}

/** The requested length if it is new, because a caller that only waits may repeat the earlier one. */
export function newLength({ brief }: Document, { target_pages: pages }: ScriptInput): number | undefined {
  return pages === brief.target_pages || pages === brief.asked_pages ? undefined : pages
}

/** A complete script with notes for a revision, whose plan is asked for first. */
export function revise(document: Document, notes: string, pages?: number): Document {
  return {
    ...keepVersion(document, notes),
    until: 'script',
    revision: { notes, planned: false, before: fountainOf(document), ...(pages !== undefined && { pages }) },
  }
}

function redoScene(document: Document, number: number, notes: string | undefined): Document {
  const scene = document.scenes[number - 1]
  if (!scene) {
    const message = `There is no scene ${number}: the script has ${document.scenes.length} written scenes.`
    throw new GenerateError({ kind: 'invalid_request', field: 'redo' }, message)
  }
  const instruction = redoInstruction(number, notes)
  return {
    ...keepVersion(document, notes ?? `scene ${number} again`),
    revision: { notes: instruction, planned: true, before: fountainOf(document) },
    tasks: [
      ...document.tasks,
      { kind: 'revise', from: number - 1, to: number, pages: pagesOfScenes([scene]), instruction },
    ],
  }
}

/** Drops a stage and the stages after it. Results show the replaced scenes until the new draft is whole. */
function redoFrom(document: Document, stage: Stage, notes: string | undefined): Document {
  const isGone = (other: Stage): boolean => SCRIPT_STAGES.indexOf(stage) <= SCRIPT_STAGES.indexOf(other)
  const again = `Set aside the ${stage === 'script' ? 'pages' : stage} and all that was made from it, and make it again in another way.`
  return {
    ...keepVersion(document, notes ?? `${stage} again`),
    wishes: [...document.wishes, again, ...(notes === undefined ? [] : [personAdds(notes)])],
    ...(isGone('logline') && { story: undefined }),
    ...(isGone('beats') && { beats: undefined }),
    ...(isGone('characters') && { characters: undefined }),
    ...(isGone('outline') && { outline: undefined, outlineAnswers: 0, outlined: false }),
    ...(document.scenes.length > 0 && { replaced: document.scenes }),
    scenes: [],
    tasks: [],
    partial: undefined,
    pending: undefined,
    candidate: undefined,
    reading: undefined,
    readings: 0,
    opinions: [],
    resized: false,
    departures: [],
    fixes: [],
    revision: undefined,
    changes: undefined,
  }
}

function keepVersion(document: Document, notes: string): Document {
  const { story, beats, characters, outline, scenes, versions } = document
  if (!story) return document
  const version = {
    notes,
    story,
    ...(beats && { beats }),
    ...(characters && { characters }),
    ...(outline && { outline }),
    scenes,
  }
  return { ...document, versions: [...versions, version].slice(-MAX_VERSIONS) }
}
