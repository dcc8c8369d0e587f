import { z } from 'zod'
import { TAG_CATEGORIES, type TagCategory } from '../../../screenplay/tags.ts'
import type { Question } from '../../shared/ask-model.ts'
import type { PlanDocument } from '../document.ts'
import type { Scene, Suggested } from '../shooting-shapes.ts'
import { oneLine } from '../text.ts'
import { goalOf, SYSTEM, TOKENS_AROUND } from './goal.ts'

export interface ElementsAnswer {
  readonly elements: Readonly<Record<string, readonly { readonly category: TagCategory; readonly item: string }[]>>
}

/** The categories that a model is asked for. Cast, set and place are read from the screenplay itself. */
const ASKED = TAG_CATEGORIES.filter(
  (one) => !['Cast Members', 'Script Day', 'Unit', 'Sequence', 'Location', 'Synopsis'].includes(one),
)

const SCENES_AN_ANSWER = 12
const TOKENS_A_SCENE = 200
const MOST_A_SCENE = 25

/** The scenes of the next question, none of which was asked about yet. */
export function toBreakDown({ scenes, elements }: PlanDocument): readonly Scene[] {
  const done = new Set(elements?.done)
  return scenes.filter(({ scene }) => !done.has(scene)).slice(0, SCENES_AN_ANSWER)
}

/** Asks what scenes need beside cast and set. The answer has a place for each scene. */
export function askForElements(document: PlanDocument, scenes: readonly Scene[]): Question<ElementsAnswer> {
  const asked = z.array(z.object({ category: z.enum(ASKED), item: z.string() }))
  return {
    name: 'breakdown',
    subject: 'the breakdown of the scenes',
    schema: z.object({ elements: z.object(Object.fromEntries(scenes.map(({ scene }) => [keyOf(scene), asked]))) }),
    system: SYSTEM,
    prompt: [
      goalOf(document),
      'What does each of these scenes need beside its cast and its set? Name only what is seen or heard in it, or what it cannot be shot without: props, wardrobe, vehicles, animals, effects and the like, a few words each. A scene that needs nothing has an empty list.',
      ...scenes.map(({ scene, heading, summary }) => `${keyOf(scene)}: ${heading}\n${summary}`),
    ].join('\n\n'),
    maxOutputTokens: TOKENS_AROUND + TOKENS_A_SCENE * scenes.length,
    maxRepairs: 1,
  }
}

/** The elements without empty, repeated and overlong entries, each marked as a suggestion. */
export function settledElements({ elements }: ElementsAnswer, scenes: readonly Scene[]): readonly Suggested[] {
  return scenes.flatMap(({ scene }) => {
    const items = (elements[keyOf(scene)] ?? []).map(({ category, item }) => ({ category, item: oneLine(item, 80) }))
    const each = new Map(items.map((one) => [`${one.category}/${one.item.toLowerCase()}`, one]))
    return [...each.values()]
      .filter(({ item }) => item !== '')
      .slice(0, MOST_A_SCENE)
      .map((one) => ({ scene, ...one, suggested: true as const }))
  })
}

function keyOf(scene: number): string {
  return `scene_${scene}`
}
