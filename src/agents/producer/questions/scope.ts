import { z } from 'zod'
import type { Question } from '../../shared/ask-model.ts'
import type { PlanDocument, Scope } from '../document.ts'
import { oneLine } from '../text.ts'
import { goalOf, SYSTEM, TOKENS_AROUND } from './goal.ts'

type ScopeAnswer = z.infer<typeof ScopeAnswer>
const ScopeAnswer = z.object({
  deliverables: z
    .array(z.string())
    .min(1)
    .describe('What will exist at the end, one phrase each, in the order in which work on them begins'),
  assumptions: z.array(z.string()).describe('What was taken for granted where the goal does not say'),
  roles: z.array(z.object({ role: z.string(), count: z.int().describe('People of this role who work at once') })),
})

const DELIVERABLES = { outline: 4, standard: 6, fine: 10 } as const

/** The first question: the deliverables, roles and assumptions. */
export function askForScope(document: PlanDocument): Question<ScopeAnswer> {
  return {
    name: 'scope',
    subject: 'the scope of the plan',
    schema: ScopeAnswer,
    system: SYSTEM,
    prompt: `${goalOf(document)}

Before the tasks are named: say what will exist at the end (2 to ${DELIVERABLES[document.detail]} deliverables), what you take for granted, and which roles are needed, with how many people of each.`,
    maxOutputTokens: TOKENS_AROUND,
    check: ({ deliverables }) => (deliverables.some((one) => one.trim() !== '') ? [] : ['No deliverable has words.']),
    fixInvalid: (answer) => answer,
  }
}

/** The scope without empty phrases, bounded in number. The goal is the only deliverable where none is left. */
export function settledScope(answer: ScopeAnswer, { goal }: PlanDocument): Scope {
  const titles = phrases(answer.deliverables)
  return {
    deliverables: (titles.length > 0 ? titles : [oneLine(goal, 300)]).map((title, at) => ({ id: `d${at + 1}`, title })),
    assumptions: phrases(answer.assumptions),
    roles: answer.roles
      .filter(({ role }) => role.trim() !== '')
      .slice(0, 50)
      .map(({ role, count }) => ({ role: oneLine(role, 60), count: Math.min(Math.max(count, 1), 1000) })),
  }
}

function phrases(list: readonly string[]): string[] {
  return [...new Set(list.map((one) => oneLine(one, 300)).filter(Boolean))].slice(0, 20)
}
