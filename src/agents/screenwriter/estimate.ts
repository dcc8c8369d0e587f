import { costOf } from '../../contract/price.ts'
import type { ModelFacts } from '../../contract/provider.ts'
import { estimateTokens } from '../shared/conversation.ts'
import { outlineParts, plannedScenes } from './development.ts'
import type { Document, Estimate } from './document.ts'
import { SCRIPT_STAGES } from './input.ts'
import { needsResizing } from './length.ts'
import { pagesOfScenes, pagesText } from './render.ts'
import { isDrafted } from './standing.ts'

/** A remaining question: the tokens of its prompt and of its answer. */
interface Step {
  readonly prompt: number
  readonly answer: number
  /** Asked outside of the conversation. */
  readonly alone?: boolean
}

/** A page is some 260 tokens of Fountain. */
const PAGE_TOKENS = 260
const CARD_TOKENS = 330
/** Tokens of reasoning for each answer in the upper estimate. */
const THOUGHT = 1_500
/** The factor for longer and repeated answers in the upper estimate. */
const MOST = 1.6

/**
 * The remaining effort until the requested stage. Every question counts the whole conversation as input; the lower estimate
 * reads the part before the last answer from the cache. It is an estimate and limits nothing.
 */
export function estimateOf(document: Document, facts: Partial<ModelFacts> | undefined): Estimate {
  const steps = stepsLeft(document)
  let history = estimateTokens(
    document.turns.reduce((sum, { question, answer }) => sum + question.length + answer.length, 0),
  )
  let [input, cached, output] = [0, 0, 0]
  for (const { prompt, answer, alone } of steps) {
    input += prompt + (alone ? 0 : history)
    cached += alone ? 0 : history
    output += answer
    if (!alone) history += prompt + answer
  }
  const calls = [steps.length, Math.ceil(steps.length * 1.4)] as const
  const inputs = [input, Math.ceil(input * MOST)] as const
  const outputs = [output, Math.ceil(output * MOST) + calls[1] * THOUGHT] as const
  const price = facts?.price && { ...facts.price, tiers: [] }
  const dollars = (at: 0 | 1): number => {
    const usage = {
      inputTokens: inputs[at],
      outputTokens: outputs[at],
      cachedInputTokens: at === 0 ? Math.floor(cached * 0.8) : 0,
    }
    return price ? (costOf(usage, price) ?? 0) / 1e6 + ((price.perCall ?? 0) * (calls[at] - 1)) / 1e6 : 0
  }
  return {
    calls: [...calls],
    input_tokens: [...inputs],
    output_tokens: [...outputs],
    cost_usd: price ? [roundCents(dollars(0)), roundCents(dollars(1))] : null,
  }
}

/** `12 to 16 calls, 31,000 to 62,000 tokens, $0.11 to $0.32`. */
export function estimateText({ calls, input_tokens, output_tokens, cost_usd }: Estimate): string {
  const thousands = (at: 0 | 1): string =>
    (Math.ceil((input_tokens[at] + output_tokens[at]) / 1_000) * 1_000).toLocaleString('en-US')
  const cost = cost_usd ? `$${cost_usd[0].toFixed(2)} to $${cost_usd[1].toFixed(2)}` : 'at a price that is not known'
  return `${calls[0]} to ${calls[1]} calls, ${thousands(0)} to ${thousands(1)} tokens, ${cost_usd?.[1] === 0 ? 'free of charge' : cost}`
}

function stepsLeft(document: Document): readonly Step[] {
  const { brief, tasks } = document
  const last = SCRIPT_STAGES.indexOf(document.until)
  const parts = document.beats ? outlineParts(document).length : Math.ceil(plannedScenes(brief) / 20)
  const cards = plannedScenes(brief) * CARD_TOKENS
  const development: readonly Step[] = [
    ...(document.story ? [] : [{ prompt: 500, answer: 600 }]),
    ...(document.beats || last < 1 ? [] : [{ prompt: 200, answer: 900 }]),
    ...(document.characters || last < 2 ? [] : [{ prompt: 200, answer: 800 }]),
    ...(document.outlined || last < 3
      ? []
      : Array.from({ length: Math.max(1, parts - document.outlineAnswers) }, () => ({
          prompt: 250,
          answer: cards / parts,
        }))),
  ]
  if (last < SCRIPT_STAGES.indexOf('script')) return development
  if (document.revision?.planned === false) {
    const script = estimateTokens(pagesText(document.scenes).length)
    return [...development, { prompt: script + 400, answer: 500 }, ...pages(1)]
  }
  const drafts = isDrafted(document) || tasks.length > 0 ? [] : draftBlocks(document).flatMap(pages)
  const queued = tasks.flatMap(({ pages: length, kind }) => [
    ...pages(length),
    ...(kind === 'rewrite' ? comparison(length) : []),
  ])
  const resizing = isDrafted(document) && tasks.length === 0 && needsResizing(document) ? pages(brief.target_pages) : []
  return [...development, ...drafts, ...queued, ...polishing(document), ...resizing]
}

function draftBlocks({ brief, blockPages = 10 }: Document): readonly number[] {
  const count = Math.max(1, Math.ceil(brief.target_pages / blockPages))
  return Array.from({ length: count }, () => brief.target_pages / count)
}

function pages(length: number): readonly Step[] {
  return [{ prompt: 700, answer: Math.ceil(length * PAGE_TOKENS) }]
}

function comparison(length: number): readonly Step[] {
  const both = { prompt: 2 * length * PAGE_TOKENS + 400, answer: 300, alone: true }
  return [both, both]
}

/** The steps of polishing: a reading of the whole, then rewrites of a whole short or of up to four blocks. */
function polishing(document: Document): readonly Step[] {
  const { brief, polish, readings, blockPages = 10 } = document
  const length =
    document.scenes.length > 0 ? Math.max(brief.target_pages, pagesOfScenes(document.scenes)) : brief.target_pages
  const rewritten = Math.min(4, Math.max(1, Math.ceil(length / blockPages)))
  const perBlock = Math.min(length, blockPages)
  return Array.from({ length: Math.max(0, polish - readings) }).flatMap((): readonly Step[] => [
    { prompt: length * PAGE_TOKENS + 700, answer: 900, alone: true },
    ...Array.from({ length: rewritten }).flatMap(() => [
      { prompt: perBlock * PAGE_TOKENS + 700, answer: perBlock * PAGE_TOKENS },
      ...comparison(perBlock),
    ]),
  ])
}

function roundCents(dollars: number): number {
  return dollars === 0 ? 0 : Math.max(0.01, Math.round(dollars * 100) / 100)
}
