import type { Script } from '../types.ts'
import type { Problem, Rule } from './rule.ts'

/**
 * F01: the script holds nothing of a conversation with a model: a fence, a greeting, a farewell, bare JSON. A person may
 * write any sentence, so only those that speak of a script are found in an authored one.
 *
 * @example lines 1, 5
 * ```
 * Certainly! Here is your scene:
 *
 * INT. KITCHEN - DAY
 *
 * Let me know if you would like changes.
 * ```
 * @example none
 * ```
 * Sure, it was raining.
 *
 * ANNA
 * Certainly. Let me know if it boils.
 * ```
 * @example {"mode":"generated"} lines 1
 * ```
 * Sure, it was raining.
 * ```
 */
export const noChat: Rule = {
  code: 'F01',
  title: 'no chat text',
  checks: 'Nothing of a conversation with a model is left in the script: a fence, a greeting, a farewell, bare JSON.',
  severity: { generated: 'error', authored: 'warn' },
  fixes: 'Deletes the talk and the fence around a script where the whole is an answer in a conversation.',
  check(script, { mode = 'authored' }) {
    return script.elements.flatMap((element, elementIndex) => {
      if (!('text' in element) || element.type === 'note' || element.type === 'boneyard') return []
      const isTalk = (line: string): boolean =>
        mode === 'generated' ? isChat(line, element.type === 'dialogue') : isCertainChat(line)
      if (mode === 'authored' && element.type !== 'action') return []
      const lines = element.text.split('\n')
      const offset = lines.findIndex(isTalk)
      const found = lines[offset]
      if (found === undefined) return []
      const rest = lines.filter((line) => !isCertainChat(line))
      const isSafe = element.type === 'action' && rest.length < lines.length && isEdge(script, elementIndex)
      const replacement = rest.every((line) => line.trim() === '')
        ? []
        : [{ type: 'action' as const, text: rest.join('\n').trim() }]
      return [
        {
          element: elementIndex,
          ...(element.at && { line: element.at.from + offset }),
          message: `"${found.trim().slice(0, 60)}" is not part of a screenplay.`,
          fix: 'Delete the line.',
          ...(isSafe && { autofix: { from: elementIndex, count: 1, replacement } }),
        } satisfies Problem,
      ]
    })
  },
}

/** Whether only actions are before an element, or after it: a script has nothing else to say there. */
function isEdge({ elements }: Script, at: number): boolean {
  const isAction = ({ type }: Script['elements'][number]): boolean => type === 'action'
  return elements.slice(0, at).every(isAction) || elements.slice(at + 1).every(isAction)
}

/** Whether a line may be talk about the script. In a speech, people may say "certainly". */
export function isChat(line: string, spoken = false): boolean {
  const text = line.trim()
  return (
    CHAT_MARKUP.some((pattern) => pattern.test(text)) || (!spoken && CHAT_PHRASES.some((pattern) => pattern.test(text)))
  )
}

/** Whether a line is talk without a doubt, because it speaks of a script or is a greeting and no more. */
export function isCertainChat(line: string): boolean {
  const text = line.trim()
  return CERTAIN_PHRASES.some((pattern) => pattern.test(text))
}

const CHAT_MARKUP = [/^(?:```|~~~)/, /^(?!\[\[|\]\])[{}[\]]+,?$/, /^"\w+"\s*:/, /^\{\s*"\w+"\s*:/]

const CHAT_PHRASES = [
  /^(?:certainly|sure|of course|absolutely)[!,.]/i,
  /^here(?:'|’| i)s (?:the|your|a|an|my|scene)\b.*(?:screenplay|script|scene|version|draft|rewrite|continuation)/i,
  /^(?:i hope (?:this|you)|let me know if|feel free to|would you like me to|as an ai\b|note: this (?:scene|script))/i,
]

const CERTAIN_PHRASES = [
  /^(?:certainly|sure(?: thing)?|of course|absolutely)!$/i,
  /^(?:(?:certainly|sure(?: thing)?|of course|absolutely)[!,.] )?here(?:'|’| i)s (?:the|your|a|an|my|scene)\b.*(?:screenplay|script|scene|version|draft|rewrite|continuation).*:$/i,
  /^(?:(?:certainly|sure(?: thing)?|of course|absolutely)[!,.] )?here(?:'|’| i)s your\b.*(?:screenplay|script|scene|version|draft|rewrite|continuation)/i,
  /^(?:i hope (?:this|you)|let me know if|feel free to|would you like me to)\b.*\b(?:changes?|revis\w+|adjust\w*|scenes?|script|screenplay|version|draft|continue|tweaks?|rewrite|expand|feedback)\b/i,
  /^(?:as an ai\b|note: this (?:scene|script))/i,
]
