import type { Script } from '../types.ts'
import type { Problem, Rule } from './rule.ts'

/**
 * F01: nothing of the conversation with a model is left in the script: a fence, a greeting, a farewell, bare JSON.
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
 * ANNA
 * Certainly. Let me know if it boils.
 * ```
 */
export const noChat: Rule = {
  code: 'F01',
  title: 'no chat text',
  severity: { generated: 'error', authored: 'warn' },
  check(script) {
    return script.elements.flatMap((element, elementIndex) => {
      if (!('text' in element) || element.type === 'note' || element.type === 'boneyard') return []
      const lines = element.text.split('\n')
      const offset = lines.findIndex((line) => isChat(line, element.type === 'dialogue'))
      const found = lines[offset]
      if (found === undefined) return []
      const rest = lines.filter((line) => !isChat(line))
      const edge = isEdge(script, elementIndex) && element.type === 'action'
      const replacement = rest.every((line) => line.trim() === '')
        ? []
        : [{ type: 'action' as const, text: rest.join('\n').trim() }]
      return [
        {
          element: elementIndex,
          ...(element.at && { line: element.at.from + offset }),
          message: `"${found.trim().slice(0, 60)}" is not part of a screenplay.`,
          fix: 'Delete the line.',
          ...(edge && { autofix: { from: elementIndex, count: 1, replacement } }),
        } satisfies Problem,
      ]
    })
  },
}

/** Does nothing but actions stand before it, or after it? There a script has no business of its own. */
function isEdge({ elements }: Script, at: number): boolean {
  const isAction = ({ type }: Script['elements'][number]): boolean => type === 'action'
  return elements.slice(0, at).every(isAction) || elements.slice(at + 1).every(isAction)
}

/** Is a line talk about the script instead of the script? In a speech, people may well say "certainly". */
export function isChat(line: string, spoken = false): boolean {
  const text = line.trim()
  return (
    CHAT_MARKUP.some((pattern) => pattern.test(text)) || (!spoken && CHAT_PHRASES.some((pattern) => pattern.test(text)))
  )
}

const CHAT_MARKUP = [/^(?:```|~~~)/, /^(?!\[\[|\]\])[{}[\]]+,?$/, /^"\w+"\s*:/, /^\{\s*"\w+"\s*:/]

const CHAT_PHRASES = [
  /^(?:certainly|sure|of course|absolutely)[!,.]/i,
  /^here(?:'|’| i)s (?:the|your|a|an|my|scene)\b.*(?:screenplay|script|scene|version|draft|rewrite|continuation)/i,
  /^(?:i hope (?:this|you)|let me know if|feel free to|would you like me to|as an ai\b|note: this (?:scene|script))/i,
]
