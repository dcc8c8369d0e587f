import type { Document, Scene } from './document.ts'
import type { ScriptInput } from './input.ts'
import { SCRIPT_STAGES, type Stage } from './input.ts'
import { sceneText } from './render.ts'
import { isReached, isWritten } from './standing.ts'

/** Earlier versions kept, so that a document does not grow without a bound. */
const VERSIONS = 5

/**
 * What a later call changes of a saved script: the model, the cap, how far to go, its length, notes, and a stage to be
 * made anew. What is replaced is kept as an earlier version.
 */
export function takenUp(document: Document, input: ScriptInput): Document {
  const until = input.stop_after ?? input.redo ?? (isReached(document, document.until) ? 'script' : document.until)
  const pages = resizedTo(document, input)
  const taken: Document = {
    ...document,
    until,
    ...(pages !== undefined && { brief: { ...document.brief, target_pages: pages, asked_pages: pages } }),
    ...(input.model !== undefined && { model: input.model }),
    ...(input.max_cost_usd !== undefined && { capMicroUsd: Math.round(input.max_cost_usd * 1_000_000) }),
  }
  if (input.redo !== undefined) return redone(taken, input.redo, input.notes)
  const longer = pages !== undefined && isWritten(document) ? `Make the whole script ${pages} pages long.` : undefined
  const notes = input.notes ?? longer
  if (notes === undefined) return taken
  return isWritten(document) ? revised(taken, notes, pages) : wished(taken, notes)
}

/** Another length than the script has and than was asked for before: who only waits may well say it again. */
export function resizedTo({ brief }: Document, { target_pages: pages }: ScriptInput): number | undefined {
  return pages === brief.target_pages || pages === brief.asked_pages ? undefined : pages
}

/** To a script that is complete: what the notes concern is found out, and written anew. */
export function revised(document: Document, notes: string, pages?: number): Document {
  return {
    ...kept(document, notes),
    until: 'script',
    revision: { notes, planned: false, ...(pages !== undefined && { pages }) },
    edit: undefined,
  }
}

/** Goes with every question to come. */
function wished(document: Document, notes: string): Document {
  return { ...document, brief: { ...document.brief, notes: [...document.brief.notes, notes] } }
}

/** Without a stage and all that was made from it. */
function redone(document: Document, stage: Stage, notes: string | undefined): Document {
  const gone = (other: Stage): boolean => SCRIPT_STAGES.indexOf(stage) <= SCRIPT_STAGES.indexOf(other)
  const before = kept(document, notes ?? `${stage} made anew`)
  const outline = document.outline && {
    ...document.outline,
    scenes: document.outline.scenes.map((scene) => emptied(scene, { was: undefined })),
  }
  return {
    ...(notes === undefined ? before : wished(before, notes)),
    ...(gone('logline') && { story: undefined }),
    ...(gone('characters') && { characters: undefined, sets: [] }),
    ...(gone('beats') && { beats: undefined }),
    ...(gone('outline') ? { outline: undefined, outlined: false } : { outline }),
    revision: undefined,
    edit: undefined,
  }
}

function kept(document: Document, notes: string): Document {
  const { story, characters, beats, outline, versions } = document
  if (!story) return document
  const version = {
    notes,
    story,
    ...(characters && { characters }),
    ...(beats && { beats }),
    scenes: outline?.scenes ?? [],
  }
  return { ...document, versions: [...versions, version].slice(-VERSIONS) }
}

/** A scene that is to be written anew; the model is shown what it was. */
export function emptied(
  scene: Scene,
  { was }: { readonly was: string | undefined } = { was: sceneText(scene) },
): Scene {
  const { own: _, cut: __, was: ___, ...rest } = scene
  return { ...rest, elements: [], passes: 0, done: false, facts: [], ...(was !== undefined && { was }) }
}
