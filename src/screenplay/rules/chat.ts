import type { Script } from '../types.ts'
import type { Offence, Rule } from './rule.ts'

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
export const chat: Rule = {
  code: 'F01',
  title: 'no chat text',
  severity: { ours: 'error', theirs: 'warn' },
  check(script) {
    return script.elements.flatMap((item, element) => {
      if (!('text' in item) || item.type === 'note' || item.type === 'boneyard') return []
      const lines = item.text.split('\n')
      const offset = lines.findIndex((line) => isChat(line, item.type === 'dialogue'))
      const found = lines[offset]
      if (found === undefined) return []
      const rest = lines.filter((line) => !isChat(line))
      const edge = isEdge(script, element) && item.type === 'action'
      const by = rest.every((line) => line.trim() === '')
        ? []
        : [{ type: 'action' as const, text: rest.join('\n').trim() }]
      return [
        {
          element,
          ...(item.at && { line: item.at.from + offset }),
          message: `"${found.trim().slice(0, 60)}" is not part of a screenplay.`,
          fix: 'Delete the line.',
          ...(edge && { mend: { from: element, count: 1, by } }),
        } satisfies Offence,
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
  return FORM.some((pattern) => pattern.test(text)) || (!spoken && TALK.some((pattern) => pattern.test(text)))
}

const FORM = [/^(?:```|~~~)/, /^(?!\[\[|\]\])[{}[\]]+,?$/, /^"\w+"\s*:/, /^\{\s*"\w+"\s*:/]

const TALK = [
  /^(?:certainly|sure|of course|absolutely)[!,.]/i,
  /^here(?:'|’| i)s (?:the|your|a|an|my|scene)\b.*(?:screenplay|script|scene|version|draft|rewrite|continuation)/i,
  /^(?:i hope (?:this|you)|let me know if|feel free to|would you like me to|as an ai\b|note: this (?:scene|script))/i,
]
