import { z } from 'zod'
import { askModel, type ModelAsker } from '../shared/ask-model.ts'
import { cleanScene, withoutCutOff } from './clean.ts'
import { wholeItems } from './cut.ts'
import { type Document, type Scene, SceneElement } from './document.ts'
import { echoes, echoProblems, withoutEchoes } from './echo.ts'
import { cleanFacts, ledgerOf, MOST_FACTS } from './facts.ts'
import { budgetOf, lengthOf, trimmed, withElements, withScene } from './fit.ts'
import { introduced } from './introduce.ts'
import { bibleOf, lines, round, servedBy, surroundings, systemPrompt, tail } from './prompts.ts'
import { sceneText } from './render.ts'

/**
 * One step of a scene: asks for its beginning, or for more where it is too short or was cut off; then trims what is too
 * long and says whether it is done. The steps are bounded. `notes`: why it is written anew.
 */
export async function writeOn(asker: ModelAsker, document: Document, index: number, notes?: string): Promise<Document> {
  const scene = sceneAt(document, index)
  const { pages, tolerance } = budgetOf(document, index)
  const have = lengthOf(document, index)
  const wanted = Math.min(PAGES_A_QUESTION, Math.max(LEAST_QUESTION, pages - have))
  const answer = await askElements(asker, document, { index, pages: wanted, notes })
  const more = joined(scene.elements, answer.elements)
  const grew = more.length > scene.elements.length
  const elements = introduced(more, document.outline?.scenes.slice(0, index) ?? [], document.characters ?? [])
  const passes = scene.passes + 1
  const cut = answer.cut && scene.cut === undefined
  const facts = cleanFacts([...scene.facts, ...answer.facts])
  const next = withScene(document, index, { elements, passes, facts, ...(answer.cut && { cut: true }) })
  const length = lengthOf(next, index)
  const most = EXTRA_PASSES + Math.ceil(pages / PAGES_A_QUESTION)
  if ((cut || length < pages - tolerance) && grew && passes < most) return next
  const fitting = length > pages + tolerance ? trimmed(next, index, pages + tolerance / 2) : elements
  return withScene(withElements(next, index, fitting), index, { done: true, was: undefined })
}

/** Longer answers wander; a longer scene is asked for in several. */
export const PAGES_A_QUESTION = 4
const LEAST_QUESTION = 0.25
/** A scene may be extended this often beyond what its length asks for. */
const EXTRA_PASSES = 2

/** Some 54 lines a page, and an action or a speech takes about four of them. */
const ELEMENTS_A_PAGE = 13

/** A page is some 900 tokens as JSON; as many again for languages that take more, and room to think. */
const TOKENS_A_PAGE = 1_800
const TOKENS_TO_THINK = 1_500

export interface SceneAsk {
  readonly index: number
  /** How many to ask for. */
  readonly pages: number
  /** Why it is written anew, where it is. */
  readonly notes?: string | undefined
}

/** What a model writes for a scene, in good form. `cut`: its length was used up before the end. */
export async function askElements(
  asker: ModelAsker,
  document: Document,
  { index, pages, notes }: SceneAsk,
): Promise<{ readonly elements: readonly SceneElement[]; readonly facts: readonly string[]; readonly cut: boolean }> {
  const scenes = document.outline?.scenes ?? []
  const cast = (document.characters ?? []).map(({ name }) => name)
  const count = Math.max(3, Math.round(pages * ELEMENTS_A_PAGE))
  let cut = false
  const { elements, facts } = await askModel(asker, {
    name: 'scene',
    subject: `scene ${index + 1}`,
    schema: sceneAnswer(cast, Math.max(2, Math.floor(count * 0.5)), Math.ceil(count * 1.5)),
    system: systemPrompt(document),
    prompt: scenePrompt(document, { index, pages, notes }, count),
    maxOutputTokens: TOKENS_TO_THINK + Math.ceil(pages * TOKENS_A_PAGE),
    check(value) {
      const clean = cleanScene(value.elements, cast)
      return [...clean.problems, ...echoProblems(clean.elements, echoes(clean.elements, scenes))]
    },
    fixInvalid(value) {
      const clean = withoutCutOff(cleanScene(value.elements, cast).elements)
      const fresh = withoutEchoes(clean, echoes(clean, scenes))
      // Half a scene is no scene.
      return fresh.length > 0 && fresh.length * 2 >= value.elements.length
        ? { ...value, elements: [...fresh] }
        : undefined
    },
    readPartial(text) {
      const whole = wholeItems(text).flatMap((item) => SceneElement.safeParse(item).data ?? [])
      if (whole.length < LEAST_PARTIAL || cleanScene(whole, cast).problems.length > 0) return undefined
      cut = true
      return { elements: whole, facts: [] }
    },
  })
  return { elements: cleanScene(elements, cast).elements, facts, cut }
}

/** Fewer elements than these of an answer that was cut off are not worth going on from. */
const LEAST_PARTIAL = 3

function scenePrompt(document: Document, { index, pages, notes }: SceneAsk, count: number): string {
  const scenes = document.outline?.scenes ?? []
  const scene = sceneAt(document, index)
  const facts = ledgerOf(scenes, index)
  const served = servedBy(document, scene)
  return lines([
    bibleOf(document),
    facts.length > 0 && `What is settled so far, by scene, and must hold:\n${facts.join('\n')}`,
    surroundings(scenes, index),
    `Now scene ${index + 1} of ${scenes.length}: ${scene.heading}\n${scene.summary}`,
    served !== '' && `What it serves in the story:\n${served}`,
    scene.characters.length > 0 && `In it: ${scene.characters.join(', ')}.`,
    notes !== undefined &&
      scene.was !== undefined &&
      `It was:\n${tail(scene.was, 12_000)}\nRewrite it to follow these notes, and keep what they do not concern: ${notes}`,
    notes !== undefined && scene.was === undefined && `It follows these notes on the script: ${notes}`,
    scene.elements.length > 0 &&
      `It begins so:\n${tail(sceneText(scene), 4_000)}\nGo on from there, without repeating anything, to the scene's end.`,
    `Write about ${round(pages)} pages: some ${count} elements in order, each an action (one to three sentences), a speech of one of the cast (one to three sentences), or, at most once at the very end, a transition. No scene heading: it is there already.`,
    index === scenes.length - 1 && 'It is the last scene: bring the story to its end.',
  ])
}

/** Names and counts are shown to the model and read with leniency: rules put them right, or say what is wrong. */
function sceneAnswer(cast: readonly string[], least: number, most: number) {
  const action = z.object({ type: z.literal('action'), text: z.string() })
  const dialogue = z.object({
    type: z.literal('dialogue'),
    speaker: z.string().meta({ enum: [...cast] }),
    parenthetical: z.string().nullable().describe('How it is said, in a word or two; mostly null.'),
    text: z.string(),
  })
  const transition = z.object({ type: z.literal('transition'), text: z.string().describe('CUT TO: or the like.') })
  const element = z.discriminatedUnion('type', [action, dialogue, transition])
  return z.object({
    elements: z.array(element).meta({ minItems: least, maxItems: most }),
    facts: z
      .array(z.string())
      .meta({ maxItems: MOST_FACTS })
      .describe('What later scenes must keep, a short line each: who now knows what, what was promised, who has what.'),
  })
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
