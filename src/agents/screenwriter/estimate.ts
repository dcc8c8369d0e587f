import { costOf, type Price } from '../../contract/price.ts'
import type { Document, Estimate } from './document.ts'
import { lengthOf } from './fit.ts'
import { SCRIPT_STAGES } from './input.ts'
import { batchesLeft, sceneCount } from './outline.ts'
import { bibleOf, systemPrompt } from './prompts.ts'
import { PAGES_A_QUESTION } from './scene.ts'

/** Of one question: what it adds to the bible, and what comes back. In tokens. */
interface Question {
  readonly input: number
  readonly output: number
}

/**
 * What is left to do up to where the script is to go: the least is every question once with lean answers, the most has a
 * third of them asked again or extended, longer prompts and answers, and thinking. It is an estimate, no bound.
 */
export function estimateOf(document: Document, price: Price | undefined): Estimate {
  const questions = questionsLeft(document)
  const base = tokens(systemPrompt(document).length + bibleOf(document).length) + (document.characters ? 0 : UNBORN)
  const calls = [questions.length, Math.ceil(questions.length * AGAIN)] as const
  const input = questions.reduce((sum, question) => sum + base + question.input, 0)
  const output = questions.reduce((sum, question) => sum + question.output, 0)
  const inputs = [input, Math.ceil(input * AGAIN * RICHER)] as const
  const outputs = [output, Math.ceil(output * AGAIN * RICHER) + calls[1] * THOUGHT] as const
  const dollars = (at: 0 | 1): number =>
    (price ? (costOf({ inputTokens: inputs[at], outputTokens: outputs[at] }, { ...price, tiers: [] }) ?? 0) : 0) / 1e6 +
    ((price?.perCall ?? 0) * (calls[at] - 1)) / 1e6
  return {
    calls: [...calls],
    input_tokens: [...inputs],
    output_tokens: [...outputs],
    cost_usd: price ? [cents(dollars(0)), cents(dollars(1))] : null,
  }
}

/** `12 to 16 calls, 31,000 to 62,000 tokens, $0.11 to $0.32`. */
export function estimateText({ calls, input_tokens, output_tokens, cost_usd }: Estimate): string {
  const thousands = (at: 0 | 1): string =>
    (Math.ceil((input_tokens[at] + output_tokens[at]) / 1_000) * 1_000).toLocaleString('en-US')
  const cost = cost_usd ? `$${cost_usd[0].toFixed(2)} to $${cost_usd[1].toFixed(2)}` : 'at a price that is not known'
  return `${calls[0]} to ${calls[1]} calls, ${thousands(0)} to ${thousands(1)} tokens, ${cost_usd?.[1] === 0 ? 'free of charge' : cost}`
}

/** Repairs and extensions. */
const AGAIN = 4 / 3
/** Of lean answers and short bibles, how much longer they may well be. */
const RICHER = 1.7
/** Reasoning at low effort, an answer. */
const THOUGHT = 500
/** What a bible that is not written yet will add. */
const UNBORN = 250
const CHARACTERS_A_TOKEN = 4

const STAGE: Readonly<Record<'logline' | 'characters' | 'beats', Question>> = {
  logline: { input: 300, output: 120 },
  characters: { input: 450, output: 300 },
  beats: { input: 300, output: 450 },
}
const A_BATCH: Question = { input: 1_000, output: 1_200 }
const A_PLAN: Question = { input: 1_200, output: 150 }
/** With the ledger, the scenes around it and the schema. */
const SCENE_INPUT = 800
/** A page is some 150 words, and as much again to say in JSON what each line is. */
const PAGE_OUTPUT = 420

function questionsLeft(document: Document): readonly Question[] {
  const last = SCRIPT_STAGES.indexOf(document.until)
  const missing = [
    ...(document.story ? [] : [STAGE.logline]),
    ...(document.characters || last < 1 ? [] : [STAGE.characters]),
    ...(document.beats || last < 2 ? [] : [STAGE.beats]),
    ...(document.outlined || last < 3 ? [] : Array.from({ length: batchesLeft(document) }, () => A_BATCH)),
  ]
  if (last < SCRIPT_STAGES.indexOf('script')) return missing
  if (document.revision && !document.revision.planned) return [...missing, A_PLAN, ...pagesAsked(1)]
  return [...missing, ...openScenes(document).flatMap(pagesAsked)]
}

/** Pages still to be written, scene by scene. */
function openScenes(document: Document): readonly number[] {
  const { outlined, outline, brief } = document
  if (!outlined || !outline) {
    const count = sceneCount(brief)
    return Array.from({ length: count }, () => brief.target_pages / count)
  }
  return outline.scenes.flatMap((scene, at) =>
    scene.done ? [] : [Math.max(0.25, scene.pages - (scene.elements.length > 0 ? lengthOf(document, at) : 0))],
  )
}

function pagesAsked(pages: number): readonly Question[] {
  const questions = Math.max(1, Math.ceil(pages / PAGES_A_QUESTION))
  return Array.from({ length: questions }, () => ({
    input: SCENE_INPUT,
    output: Math.ceil((pages / questions) * PAGE_OUTPUT),
  }))
}

function tokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_A_TOKEN)
}

function cents(dollars: number): number {
  return dollars === 0 ? 0 : Math.max(0.01, Math.round(dollars * 100) / 100)
}
