import { finding, type LintOptions, RULES, sceneOf } from './lint.ts'
import { parseFountain } from './parse.ts'
import { isChat } from './rules/chat.ts'
import type { Finding } from './rules/rule.ts'
import type { Element, Script } from './types.ts'

/**
 * Puts right what can be put right without a doubt: talk of a model around the script, headings and names that are
 * dressed up, blank lines too many or too few, speeches in one line with their name, a set spelled in two ways. Says
 * what was done, as the findings that are no longer there. Lines are those of the text that was given; a paragraph that
 * was mended has none. Whatever else `lint` finds is left as it is.
 */
export function fix(
  given: string | Script,
  options: LintOptions = {},
): { readonly script: Script; readonly fixed: readonly Finding[] } {
  const { text, lines, removed } = typeof given === 'string' ? withoutChat(given) : { text: '', lines: [], removed: [] }
  let script = typeof given === 'string' ? withLines(parseFountain(text), lines) : given
  const fixed: Finding[] = removed.map((line) => ({
    code: 'F01',
    severity: options.mode === 'ours' ? 'error' : 'warn',
    line,
    message: 'This is not part of a screenplay.',
    fix: 'Delete the line.',
  }))
  // One mend may show another: a name is found to speak, then what it says elsewhere.
  for (let round = 0; round < ROUNDS; round++) {
    const mended = mendOnce(script, options)
    if (mended.fixed.length === 0) break
    script = mended.script
    fixed.push(...mended.fixed)
  }
  return { script, fixed: fixed.toSorted((a, b) => a.line - b.line) }
}

const ROUNDS = 8

function mendOnce(
  script: Script,
  options: LintOptions,
): { readonly script: Script; readonly fixed: readonly Finding[] } {
  const scenes = sceneOf(script)
  const offences = RULES.flatMap((rule) => rule.check(script, options).map((offence) => ({ rule, offence })))
  const elements: Element[] = []
  const fixed: Finding[] = []
  for (let at = 0; at < script.elements.length; at++) {
    const found = offences.find(({ offence }) => offence.mend?.from === at)
    if (!found?.offence.mend) {
      elements.push(script.elements[at] as Element)
      continue
    }
    elements.push(...found.offence.mend.by)
    fixed.push(finding(found.rule, found.offence, script, scenes, options))
    at += found.offence.mend.count - 1
  }
  return { script: { ...script, elements }, fixed }
}

/**
 * A text without its fences, and without what a model says before and after the script. `lines` tells for each line that
 * is left which it was, from 1.
 */
function withoutChat(given: string): {
  readonly text: string
  readonly lines: readonly number[]
  readonly removed: readonly number[]
} {
  const all = given.split(/\r\n?|\n/).map((text, index) => ({ text, line: index + 1 }))
  const isFence = (text: string): boolean => /^\s*```\w*\s*$/.test(text)
  const isTalk = (text: string): boolean => isFence(text) || isChat(text) || /^\s*(?:-{3,}|\*{3,})\s*$/.test(text)
  const isEmpty = (text: string): boolean => text.replace('\uFEFF', '').trim() === ''
  const hasTalk = (side: readonly { readonly text: string }[]): boolean => side.some(({ text }) => isTalk(text))
  let first = all.findIndex(({ text }) => !isEmpty(text) && !isTalk(text))
  let last = all.findLastIndex(({ text }) => !isEmpty(text) && !isTalk(text))
  if (first < 0) [first, last] = [all.length, all.length - 1]
  const head = hasTalk(all.slice(0, first)) ? first : 0
  const tail = hasTalk(all.slice(last + 1)) ? last + 1 : all.length
  const kept = all.slice(head, tail).filter(({ text }) => !isFence(text))
  const keptLines = new Set(kept.map(({ line }) => line))
  return {
    text: kept.map(({ text }) => text).join('\n'),
    lines: kept.map(({ line }) => line),
    removed: all.filter(({ line, text }) => !keptLines.has(line) && !isEmpty(text)).map(({ line }) => line),
  }
}

function withLines(script: Script, lines: readonly number[]): Script {
  const elements = script.elements.map((element): Element => {
    if (!element.at) return element
    const { from, to } = element.at
    return { ...element, at: { from: lines[from - 1] ?? from, to: lines[to - 1] ?? to } }
  })
  return { ...script, elements }
}
