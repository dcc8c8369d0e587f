import type { ReasoningEffort } from '../../contract/generate.ts'
import type { ModelFacts } from '../../contract/provider.ts'

/** How one model is asked for more or less reasoning. */
export type ReasoningControl =
  /** In a word the model takes; `budgetTokens` is the same for models that are steered by a number. */
  | { readonly by: 'word'; readonly word: string; readonly budgetTokens: number }
  | { readonly by: 'switch'; readonly on: boolean }
  /** No parameter is needed: the model cannot reason, and reasoning is off. */
  | { readonly by: 'nature' }
  /** The model has no such parameter. */
  | { readonly by: 'nothing' }

const EFFORT_RANK: Readonly<Record<string, number>> = {
  ...{ none: 0, minimal: 1, low: 2, medium: 3, default: 3, high: 4, xhigh: 5, max: 6 },
}

/** Google's token budgets of its effort words: https://ai.google.dev/gemini-api/docs/openai#thinking */
const EFFORT_BUDGET_TOKENS: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  low: 1024,
  medium: 8192,
  high: 24_576,
}

/**
 * The nearest to `effort` that the model allows, by the catalog's facts; of two equally near, the weaker, which costs
 * less. A model that nothing is known of gets `effort` itself, and its refusal is remembered.
 */
export function mapReasoningEffort(effort: ReasoningEffort, facts: ModelFacts | undefined): ReasoningControl {
  const word = (name: string): ReasoningControl => ({
    by: 'word',
    word: name,
    budgetTokens: clampBudgetTokens(effort, facts),
  })
  if (!facts) return word(effort)
  const { efforts = [], thinkingBudget, thinkingToggle } = facts
  const canStop = thinkingToggle === true || thinkingBudget?.min === 0
  if (efforts.length > 0) {
    if (effort === 'none') {
      if (efforts.includes('none')) return word('none')
      return canStop ? { by: 'switch', on: false } : { by: 'nothing' }
    }
    const near = nearestEffort(effort, efforts)
    return near === undefined ? { by: 'nothing' } : word(near)
  }
  if (effort === 'none') {
    if (canStop) return { by: 'switch', on: false }
    return facts.abilities.includes('thinking') ? { by: 'nothing' } : { by: 'nature' }
  }
  if (thinkingBudget) return word(effort)
  return thinkingToggle ? { by: 'switch', on: true } : { by: 'nothing' }
}

function nearestEffort(effort: ReasoningEffort, efforts: readonly string[]): string | undefined {
  const wanted = EFFORT_RANK[effort] ?? 3
  return efforts
    .filter((name) => name !== 'none' && EFFORT_RANK[name] !== undefined)
    .map((name) => ({ name, rank: EFFORT_RANK[name] ?? 3 }))
    .sort((a, b) => Math.abs(a.rank - wanted) - Math.abs(b.rank - wanted) || a.rank - b.rank)[0]?.name
}

function clampBudgetTokens(effort: ReasoningEffort, facts: ModelFacts | undefined): number {
  const { min = 0, max = Number.POSITIVE_INFINITY } = facts?.thinkingBudget ?? {}
  return Math.min(Math.max(EFFORT_BUDGET_TOKENS[effort], min), max)
}
