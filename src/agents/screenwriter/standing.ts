import { NO_SPENDING } from '../shared/ask-model.ts'
import type { Document } from './document.ts'
import { SCRIPT_STAGES, type ScriptInput, SHAPES, type Stage } from './input.ts'

/** A script of which nothing is made yet. */
export function newDocument(id: string, input: ScriptInput & { readonly concept: string }): Document {
  const format = input.format ?? 'short'
  const { concept, title, genre, tone, setting, characters, language, notes } = input
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
      target_pages: input.target_pages ?? SHAPES[format].pages,
      ...(input.target_pages !== undefined && { asked_pages: input.target_pages }),
      notes: notes === undefined ? [] : [notes],
    },
    model: input.model ?? 'auto',
    ...(input.max_cost_usd !== undefined && { capMicroUsd: Math.round(input.max_cost_usd * 1_000_000) }),
    until: input.stop_after ?? 'script',
    sets: [],
    outlined: false,
    versions: [],
    spent: NO_SPENDING,
  }
}

/** Is everything up to and with a stage finished? */
export function isReached(document: Document, stage: Stage): boolean {
  const at = SCRIPT_STAGES.indexOf(stageOf(document))
  return (
    at > SCRIPT_STAGES.indexOf(stage) ||
    (stage === 'script' && isWritten(document) && document.revision === undefined && document.edit?.length === 0)
  )
}

/** The stage that is in work, or the last one. */
export function stageOf({ story, characters, beats, outlined }: Document): Stage {
  if (!story) return 'logline'
  if (!characters) return 'characters'
  if (!beats) return 'beats'
  return outlined ? 'script' : 'outline'
}

export function isWritten({ outlined, outline }: Document): boolean {
  return outlined && outline?.scenes.every((scene) => scene.done) === true
}
