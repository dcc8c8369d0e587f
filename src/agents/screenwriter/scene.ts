import { z } from 'zod'
import { type Asker, ask } from '../ask.ts'
import { cleanScene, withoutCutOff } from './clean.ts'
import type { Document, Scene, SceneElement } from './document.ts'
import { budgetOf, lengthOf, trimmed, withElements, withScene } from './fit.ts'
import { bibleOf, lines, round, surroundings, systemPrompt, tail } from './prompts.ts'
import { sceneText } from './render.ts'

/**
 * One step of a scene: asks for its beginning, or for more where it is too short; then trims what is too long and says
 * whether it is done. The steps are bounded. `notes`: rewrite it by them, `old` being what it was.
 */
export async function writeOn(
  asker: Asker,
  document: Document,
  index: number,
  rewrite?: { readonly notes: string; readonly old: Scene },
): Promise<Document> {
  const scene = sceneAt(document, index)
  const { pages, tolerance } = budgetOf(document, index)
  const have = scene.elements.length === 0 ? 0 : lengthOf(document, index)
  const wanted = Math.min(PAGES_A_QUESTION, Math.max(LEAST_QUESTION, pages - have))
  const more = await askElements(asker, document, index, wanted, rewrite)
  const elements = joined(scene.elements, more)
  const next = withScene(document, index, { elements, passes: scene.passes + 1 })
  const length = lengthOf(next, index)
  const grew = elements.length > scene.elements.length
  const most = EXTRA_PASSES + Math.ceil(pages / PAGES_A_QUESTION)
  if (length < pages - tolerance && grew && scene.passes + 1 < most) return next
  const fitting = length > pages + tolerance ? trimmed(next, index, pages + tolerance / 2) : elements
  return withScene(withElements(next, index, fitting), index, { done: true })
}

/** Longer answers wander; a longer scene is asked for in several. */
const PAGES_A_QUESTION = 4
const LEAST_QUESTION = 0.25
/** A scene may be extended this often beyond what its length asks for. */
const EXTRA_PASSES = 2

/** Some 54 lines a page, and an action or a speech takes about four of them. */
const ELEMENTS_A_PAGE = 13

/** A page is some 900 tokens as JSON; as many again for languages that take more, and room to think. */
const TOKENS_A_PAGE = 1_800
const TOKENS_TO_THINK = 1_500

async function askElements(
  asker: Asker,
  document: Document,
  index: number,
  pages: number,
  rewrite: { readonly notes: string; readonly old: Scene } | undefined,
): Promise<readonly SceneElement[]> {
  const scenes = document.outline?.scenes ?? []
  const scene = sceneAt(document, index)
  const cast = (document.characters ?? []).map(({ name }) => name)
  const count = Math.max(3, Math.round(pages * ELEMENTS_A_PAGE))
  const begun = scene.elements.length > 0
  const { elements } = await ask(asker, {
    name: 'scene',
    what: `scene ${index + 1}`,
    schema: z.object({ elements: sceneElements(cast, Math.max(2, Math.floor(count * 0.5)), Math.ceil(count * 1.5)) }),
    system: systemPrompt(document),
    prompt: lines([
      bibleOf(document),
      surroundings(scenes, index),
      `Now scene ${index + 1} of ${scenes.length}: ${scene.heading}\n${scene.summary}`,
      scene.characters.length > 0 && `In it: ${scene.characters.join(', ')}.`,
      rewrite &&
        `It was:\n${tail(sceneText(rewrite.old), 12_000)}\nRewrite it to follow these notes, and keep what they do not concern: ${rewrite.notes}`,
      begun &&
        `It begins so:\n${tail(sceneText(scene), 4_000)}\nGo on from there, without repeating anything, to the scene's end.`,
      `Write about ${round(pages)} pages: some ${count} elements in order, each an action (one to three sentences), a speech of one of the cast (one to three sentences), or, at most once at the very end, a transition. No scene heading: it is there already.`,
      index === scenes.length - 1 && 'It is the last scene: bring the story to its end.',
    ]),
    maxOutputTokens: TOKENS_TO_THINK + Math.ceil(pages * TOKENS_A_PAGE),
    check: (value) => cleanScene(value.elements, cast).problems,
    salvage: (value) => {
      const clean = withoutCutOff(cleanScene(value.elements, cast).elements)
      // Half a scene is no scene.
      return clean.length > 0 && clean.length * 2 >= value.elements.length ? { elements: [...clean] } : undefined
    },
  })
  return cleanScene(elements, cast).elements
}

/** Names and counts are shown to the model and read with leniency: rules put them right, or say what is wrong. */
function sceneElements(cast: readonly string[], least: number, most: number) {
  const action = z.object({ type: z.literal('action'), text: z.string() })
  const dialogue = z.object({
    type: z.literal('dialogue'),
    speaker: z.string().meta({ enum: [...cast] }),
    parenthetical: z.string().nullable().describe('How it is said, in a word or two; mostly null.'),
    text: z.string(),
  })
  const transition = z.object({ type: z.literal('transition'), text: z.string().describe('CUT TO: or the like.') })
  return z.array(z.discriminatedUnion('type', [action, dialogue, transition])).meta({ minItems: least, maxItems: most })
}

/** What goes on a scene: without what it has said already, and with its transition only at the end. */
function joined(elements: readonly SceneElement[], more: readonly SceneElement[]): readonly SceneElement[] {
  const said = new Set(elements.map((element) => element.text))
  const fresh = more.filter((element) => element.type === 'transition' || !said.has(element.text))
  if (!fresh.some((element) => element.type !== 'transition')) return elements
  return [...elements.filter((element) => element.type !== 'transition'), ...fresh]
}

function sceneAt(document: Document, index: number): Scene {
  const scene = document.outline?.scenes[index]
  if (!scene) throw new RangeError('no such scene')
  return scene
}
