import { z } from 'zod'
import type { Question } from '../../shared/ask-model.ts'
import { type DraftTask, type Outlook, type PlanDocument, Risk } from '../document.ts'
import { oneLine } from '../text.ts'
import { goalOf, SYSTEM, TOKENS_AROUND } from './goal.ts'

type OutlookAnswer = z.infer<ReturnType<typeof outlookSchema>>

/** The last question: risks and milestones. */
export function askForOutlook(document: PlanDocument, tasks: readonly DraftTask[]): Question<OutlookAnswer> {
  const line = ({ id, title, role, estimate_hours, depends_on }: DraftTask): string =>
    `- ${id}: ${title} (${role}, ${estimate_hours} h${depends_on.length > 0 ? `; after ${depends_on.join(', ')}` : ''})`
  return {
    name: 'risks_and_milestones',
    subject: 'the risks and milestones',
    schema: outlookSchema(tasks.map(({ id }) => id)),
    system: SYSTEM,
    prompt: `${goalOf(document)}

The tasks, each with its id:
${tasks.map(line).join('\n')}

Give 3 to 6 risks of this very plan, each with what would be done about it, the gravest first; and 2 to 6 milestones, each a state that people can see, with the ids of the tasks that must be finished for it. The last milestone is the goal itself.`,
    maxOutputTokens: TOKENS_AROUND,
    maxRepairs: 1,
  }
}

function outlookSchema(ids: readonly string[]) {
  return z.object({
    risks: z.array(Risk),
    milestones: z.array(z.object({ title: z.string(), depends_on: z.array(z.enum(ids)).min(1) })),
  })
}

const MOST = 12

export function settledOutlook({ risks, milestones }: OutlookAnswer): Outlook {
  const named = milestones.filter(({ title }) => title.trim() !== '').slice(0, MOST)
  return {
    risks: risks
      .filter(({ risk }) => risk.trim() !== '')
      .slice(0, MOST)
      .map((one) => ({ ...one, risk: oneLine(one.risk, 300), mitigation: oneLine(one.mitigation, 400) })),
    milestones: named.map(({ title, depends_on }, at) => ({
      id: `m${at + 1}`,
      title: oneLine(title, 120),
      depends_on: [...new Set(depends_on)],
    })),
    findings: [],
  }
}
