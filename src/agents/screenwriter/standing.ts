import { NO_SPENDING } from '../shared/ask-model.ts'
import type { Document } from './document.ts'
import { SCRIPT_STAGES, type ScriptInput, SHAPES, type Stage } from './input.ts'
import { needsResizing } from './length.ts'

/** The document of a new script. */
export function newDocument(id: string, input: ScriptInput & { readonly concept: string }): Document {
  const format = input.format ?? 'short'
  const { concept, title, genre, tone, setting, characters, language, notes, target_pages, polish } = input
  return {
    id,
    brief: {
      concept,
      format,
      ...(title !== undefined && { title }),
      ...(genre !== undefined && { genre }),
      ...(tone !== undefined && { tone }),
      ...(setting !== undefined && { setting }),
      ...(characters !== undefined && { characters }),
      ...(language !== undefined && { language }),
      target_pages: target_pages ?? SHAPES[format].pages,
      ...(target_pages !== undefined && { asked_pages: target_pages }),
    },
    model: input.model ?? 'auto',
    ...(input.reasoning_effort !== undefined && { reasoningEffort: input.reasoning_effort }),
    ...(input.max_cost_usd !== undefined && { capMicroUsd: Math.round(input.max_cost_usd * 1_000_000) }),
    until: input.stop_after ?? 'script',
    polish: polish ?? DEFAULT_POLISH,
    turns: [],
    wishes: notes === undefined ? [] : [personAdds(notes)],
    outlineAnswers: 0,
    outlined: false,
    scenes: [],
    tasks: [],
    readings: 0,
    opinions: [],
    resized: false,
    departures: [],
    fixes: [],
    shortened: 0,
    versions: [],
    spent: NO_SPENDING,
  }
}

const DEFAULT_POLISH = 1

/** A wish that arrived while the script ran, worded for the next question. */
export function personAdds(notes: string): string {
  return `The person adds: ${notes}`
}

/** The current stage, or the last one of a complete script. */
export function stageOf({ story, beats, characters, outlined }: Document): Stage {
  if (!story) return 'logline'
  if (!beats) return 'beats'
  if (!characters) return 'characters'
  return outlined ? 'script' : 'outline'
}

/** True if a stage and all stages before it are finished. */
export function isReached(document: Document, stage: Stage): boolean {
  const at = SCRIPT_STAGES.indexOf(stageOf(document))
  if (at > SCRIPT_STAGES.indexOf(stage)) return true
  return stage === 'script' && isFinished(document)
}

/** True if the draft is whole. Polishing may remain. */
export function isDrafted({ outlined, scenes, tasks }: Document): boolean {
  return outlined && scenes.length > 0 && !tasks.some(({ kind }) => kind === 'draft')
}

function isFinished(document: Document): boolean {
  return (
    isDrafted(document) &&
    document.tasks.length === 0 &&
    document.candidate === undefined &&
    document.revision === undefined &&
    document.readings >= document.polish &&
    !needsResizing(document)
  )
}
