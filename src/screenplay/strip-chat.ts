import { isCertainChat, isChat } from './rules/chat.ts'
import type { LintMode } from './rules/rule.ts'

interface NumberedLine {
  readonly text: string
  readonly line: number
}

/**
 * A text without the talk of a model before and after the script, and without the fence around it. Nothing is taken off
 * a text that a person may have written: the talk must say that it is about a script, or a fence must enclose the whole.
 * `lines` gives for each remaining line its number in the given text, from 1.
 */
export function stripChat(
  given: string,
  mode: LintMode = 'authored',
): { readonly text: string; readonly lines: readonly number[]; readonly removed: readonly NumberedLine[] } {
  const all = given.split(/\r\n?|\n/).map((text, index): NumberedLine => ({ text, line: index + 1 }))
  const end = findTalkEnd(all)
  const start = findTalkStart(all, end)
  const [head, tail] = [all.slice(0, end), all.slice(start)]
  const isCertain = (lines: readonly NumberedLine[]): boolean => lines.some(({ text }) => isCertainChat(text))
  const isFenced = head.some(isFence) && (tail.some(isFence) || !all.slice(end, start).some(isFence))
  const isConversation = isFenced || isCertain(head) || isCertain(tail)
  const takesHead = isConversation && head.some(isTalk) && (mode === 'generated' || isFenced || isCertain(head))
  const takesTail = isConversation && tail.some(isTalk) && (mode === 'generated' || isFenced || isCertain(tail))
  const kept = all.slice(takesHead ? end : 0, takesTail ? start : all.length)
  const removed = [...(takesHead ? head : []), ...(takesTail ? tail : [])].filter(({ text }) => !isEmpty(text))
  return { text: kept.map(({ text }) => text).join('\n'), lines: kept.map(({ line }) => line), removed }
}

function isFence({ text }: NumberedLine): boolean {
  return /^\s*(?:```|~~~)\s*\w*\s*$/.test(text)
}

function isTalk(line: NumberedLine): boolean {
  return isFence(line) || isChat(line.text) || /^\s*(?:-{3,}|\*{3,})\s*$/.test(line.text)
}

function isEmpty(text: string): boolean {
  return text.replace('\uFEFF', '').trim() === ''
}

/** The line after the talk at the beginning. A fence ends it, because the script is inside. */
function findTalkEnd(all: readonly NumberedLine[]): number {
  let end = 0
  for (const [index, line] of all.entries()) {
    if (isEmpty(line.text)) continue
    if (!isTalk(line)) break
    end = index + 1
    if (isFence(line)) break
  }
  return end
}

/** The first line of the talk at the end: paragraphs of their own only, so that no line of a speech is among them. */
function findTalkStart(all: readonly NumberedLine[], from: number): number {
  let start = all.length
  for (let index = all.length - 1; index >= from; index--) {
    const line = all[index] as NumberedLine
    if (isEmpty(line.text)) continue
    if (!isTalk(line)) break
    const above = all[index - 1]
    if (isFence(line) || above === undefined || isEmpty(above.text) || isTalk(above)) start = index
    if (isFence(line)) break
  }
  return start
}
