import { completable, type McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { SCRIPT_FORMATS } from './agents/screenwriter/input.ts'

/** The prompts a person picks from a menu: each becomes a message that makes good use of a tool. */
export function registerPrompts(server: McpServer): void {
  server.registerPrompt(
    'write_screenplay',
    {
      title: 'Write a screenplay',
      description: 'From a concept to a finished, formatted screenplay.',
      argsSchema: z.object({
        concept: z.string().describe('What it is about, in a sentence or a page.'),
        format: completable(z.string().describe(SCRIPT_FORMATS.join(', ')), completeFrom(SCRIPT_FORMATS)).optional(),
        pages: z.string().describe('One page is about one minute.').optional(),
        language: z.string().optional(),
        max_cost_usd: z.string().describe('The most that it may cost, in US dollars.').optional(),
      }),
    },
    ({ concept, format = 'short', pages, language, max_cost_usd }) =>
      userMessage(
        `Write a screenplay with the develop_script tool. Format: ${format}.${pages ? ` Length: ${pages} pages.` : ''}${language ? ` Language: ${language}.` : ''}${max_cost_usd ? ` max_cost_usd: ${max_cost_usd}.` : ''} Concept:\n\n${concept}\n\n` +
          'First call it with stop_after "outline", show me title, logline, cast, scenes, findings and the estimate of what the rest takes, and ask whether to go on or what to change (notes, with redo for the stage that they concern). Then call it with the script_id until it is complete; if it failed or stopped, say why and what can be done. At the end tell me the length, the cost and every finding but CHECKED, where the script can be read, and that notes with the script_id change single scenes.',
      ),
  )
  server.registerPrompt(
    'plan_production',
    {
      title: 'Plan a production',
      description: 'From a goal, or a screenplay by its id, to a schedule.',
      argsSchema: z.object({
        goal_or_script_id: z.string(),
        team: z.string().describe('Who there is, such as "1 director, 2 camera".').optional(),
        start_date: z.string().describe('YYYY-MM-DD').optional(),
        deadline: z.string().describe('YYYY-MM-DD').optional(),
      }),
    },
    ({ goal_or_script_id, team, start_date, deadline }) =>
      userMessage(
        `Make a plan with the plan_tasks tool for: ${goal_or_script_id}\n(If that is the id of a script, give it as script_id.)` +
          `${team ? `\nTeam: ${team}.` : ''}${start_date ? `\nStart: ${start_date}.` : ''}${deadline ? `\nDeadline: ${deadline}.` : ''}\n\n` +
          'Then tell me, in this order: whether deadline and budget can be met and if not the cheapest way out, the critical path, what can start at once and by whom, the risks, and what the plan had to repair. Show the Gantt chart. Of a screenplay, tell me too what the order of shooting saves, and where its strip board, day out of days and call sheets can be read. Later, tell the tool with update what is done, started or blocked.',
      ),
  )
  server.registerPrompt(
    'second_opinion',
    {
      title: 'Get a second opinion',
      description: 'What another model thinks of a question or of an answer.',
      argsSchema: z.object({
        question: z.string(),
        model: z.string().describe('A name from list_models; left out, one that is not yours.').optional(),
      }),
    },
    ({ question, model }) =>
      userMessage(
        `Get a second opinion with the generate_text tool${model ? `, model "${model}"` : ': pick with list_models a strong model of another vendor than your own'}. Give it the question below whole, without your own view, and ask it to reason and to name what it is unsure of. ` +
          `Then tell me where it agrees with you, where not, who is more likely right and why, and what the call cost.\n\n${question}`,
      ),
  )
}

function completeFrom(values: readonly string[]): (typed: string | undefined) => string[] {
  return (typed = '') => values.filter((value) => value.startsWith(typed))
}

function userMessage(text: string) {
  return { messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }] }
}
