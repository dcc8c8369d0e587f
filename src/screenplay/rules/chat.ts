import type { Rule } from './rule.ts'

/** F01: nothing of the conversation with a model is left in the script: a fence, a greeting, a farewell, bare JSON. */
export const chat: Rule = {
  code: 'F01',
  title: 'no chat text',
  severity: { ours: 'error', theirs: 'warn' },
  check(script) {
    return script.elements.flatMap((item, element) => {
      if (!('text' in item) || item.type === 'note' || item.type === 'boneyard') return []
      const found = item.text.split('\n').find((line) => isChat(line, item.type === 'dialogue'))
      if (found === undefined) return []
      const offset = item.text.split('\n').indexOf(found)
      const line = item.at && { line: item.at.from + offset }
      return [
        {
          element,
          ...line,
          message: `"${found.trim().slice(0, 60)}" is not part of a screenplay.`,
          fix: 'Delete the line.',
        },
      ]
    })
  },
}

/** Is a line talk about the script instead of the script? In a speech, people may well say "certainly". */
export function isChat(line: string, spoken = false): boolean {
  const text = line.trim()
  return FORM.some((pattern) => pattern.test(text)) || (!spoken && TALK.some((pattern) => pattern.test(text)))
}

const FORM = [/^(?:```|~~~)/, /^[{}[\]]+,?$/, /^"\w+"\s*:/, /^\{\s*"\w+"\s*:/]

const TALK = [
  /^(?:certainly|sure|of course|absolutely)[!,.]/i,
  /^here(?:'|’| i)s (?:the|your|a|an|my|scene)\b.*(?:screenplay|script|scene|version|draft|rewrite|continuation)/i,
  /^(?:i hope (?:this|you)|let me know if|feel free to|would you like me to|as an ai\b|note: this (?:scene|script))/i,
]
