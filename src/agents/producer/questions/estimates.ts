import { z } from 'zod'
import type { Question } from '../../shared/ask-model.ts'
import { Estimate, type NamedTask, type PlanDocument } from '../document.ts'
import { estimateFaults } from '../estimate.ts'
import { goalOf, heardOnce, SYSTEM, TOKENS_AROUND } from './goal.ts'

export interface EstimatesAnswer {
  readonly estimates: Readonly<Record<string, Estimate>>
}

/** Tasks estimated in one answer. */
const AN_ANSWER = 25
const TOKENS_AN_ESTIMATE = 80

/** The tasks of the next question: those of the model's own that have no estimate in this revision yet. */
export function toEstimate({ named, estimates }: PlanDocument): readonly NamedTask[] {
  const done = new Set(estimates?.done)
  return (named?.tasks ?? []).filter(({ id }) => !done.has(id)).slice(0, AN_ANSWER)
}

/** Asks how long tasks take. The answer has a place for each of them by its id, so none can be left out. */
export function askForEstimates(document: PlanDocument, tasks: readonly NamedTask[]): Question<EstimatesAnswer> {
  const before = document.estimates?.by_id ?? {}
  const line = ({ id, title, role, description }: NamedTask): string => {
    const { [id]: old } = before
    const was = old ? ` Until now: ${old.optimistic_hours}, ${old.likely_hours}, ${old.pessimistic_hours} hours.` : ''
    return `- ${id}: ${title} (${role}). ${description}${was}`
  }
  const isRevised = tasks.some(({ id }) => Object.hasOwn(before, id))
  return {
    name: 'estimates',
    subject: 'the estimates',
    schema: z.object({ estimates: z.object(Object.fromEntries(tasks.map(({ id }) => [id, Asked]))) }),
    system: SYSTEM,
    prompt: [
      goalOf(document),
      `How long do these tasks take, in working hours of one person?\n${tasks.map(line).join('\n')}`,
      isRevised &&
        `The plan was revised: ${document.last_notes ?? ''}\nAn estimate that this does not touch stays as it was.`,
      'Give each the optimistic value (one time in twenty it takes less), the likely one, the pessimistic one (one time in twenty it takes more), and in a few words what they rest on: a known rate, a similar piece of work, or that it is a guess.',
    ]
      .filter(Boolean)
      .join('\n\n'),
    maxOutputTokens: TOKENS_AROUND + TOKENS_AN_ESTIMATE * tasks.length,
    ...heardOnce(({ estimates }: EstimatesAnswer) =>
      tasks.flatMap(({ id }) => estimateFaults(id, estimates[id])).slice(0, 20),
    ),
  }
}

const Asked = z.object({
  ...Estimate.shape,
  estimate_basis: z.string().describe('What it rests on, in a few words'),
})
