import type { Brief } from './briefs.ts'

/** The criteria that a reader scores from 1 to 10 each, with a quote. */
export const DIMENSIONS = [
  'story_logic',
  'turn_and_payoff',
  'subtext',
  'distinct_voices',
  'economy_and_rhythm',
  'originality',
  'ending',
  'page_craft',
  'clarity_for_a_first_reader',
] as const

export type Dimension = (typeof DIMENSIONS)[number]
type Scores = { readonly [D in Dimension]: { readonly score: number; readonly quote: string } }

export interface Verdict {
  readonly A: Scores
  readonly B: Scores
  readonly better: 'A' | 'B' | 'equal'
  readonly sure: number
  readonly reason: string
}

const scores = {
  type: 'object',
  properties: Object.fromEntries(
    DIMENSIONS.map((name) => [
      name,
      {
        type: 'object',
        properties: { score: { type: 'integer', minimum: 1, maximum: 10 }, quote: { type: 'string' } },
        required: ['score', 'quote'],
        additionalProperties: false,
      },
    ]),
  ),
  required: [...DIMENSIONS],
  additionalProperties: false,
}

export const VERDICT_SCHEMA = {
  type: 'object',
  properties: {
    A: scores,
    B: scores,
    better: { type: 'string', enum: ['A', 'B', 'equal'] },
    sure: { type: 'integer', minimum: 1, maximum: 10, description: 'how sure you are which is better' },
    reason: { type: 'string' },
  },
  required: ['A', 'B', 'better', 'sure', 'reason'],
  additionalProperties: false,
}

export function judgePrompt(brief: Brief, a: string, b: string): string {
  return [
    'You read screenplays for a production company. Two writers were given the same brief. Read both scripts once, as a first reader would, then again as an editor.',
    `The brief: ${brief.concept} (${brief.format}, about ${brief.pages} pages${brief.tone ? `, ${brief.tone}` : ''})`,
    `Score each script from 1 to 10 on: ${DIMENSIONS.join(', ').replaceAll('_', ' ')}. Give a quote from the script for each score. Use the whole scale: 5 is competent, 8 is what you would pass on, 10 is rare. Length and typography are not merits. Then say which is better and why.`,
    `SCRIPT A\n\n${a}`,
    `SCRIPT B\n\n${b}`,
  ].join('\n\n----------\n\n')
}

/** The sum of a reader's scores, of 90. */
export const totalOf = (given: Scores): number => DIMENSIONS.reduce((sum, name) => sum + given[name].score, 0)
