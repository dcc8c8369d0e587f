import { parseFountain } from './fountain/parse.ts'
import { type LintOptions, RULES, sceneNumbers, toFinding } from './lint.ts'
import { isChat } from './rules/chat.ts'
import type { Finding } from './rules/rule.ts'
import type { Script, ScriptElement } from './types.ts'

/**
 * Puts right what can be put right without a doubt: talk of a model around the script, headings and names that are
 * dressed up, blank lines too many or too few, speeches in one line with their name, a set spelled in two ways. Says
 * what was done, as the findings that are no longer there. Lines are those of the text that was given; a paragraph that
 * was mended has none. Whatever else `lint` finds is left as it is.
 */
export function fix(
  source: string | Script,
  options: LintOptions = {},
): { readonly script: Script; readonly fixed: readonly Finding[] } {
  const { text, lines, removed } = typeof source === 'string' ? stripChat(source) : { text: '', lines: [], removed: [] }
  let script = typeof source === 'string' ? restoreLineNumbers(parseFountain(text), lines) : source
  const fixed: Finding[] = removed.map((line) => ({
    code: 'F01',
    severity: options.mode === 'generated' ? 'error' : 'warn',
    line,
    message: 'This is not part of a screenplay.',
    fix: 'Delete the line.',
  }))
  // One mend may show another: a name is found to speak, then what it says elsewhere.
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const pass = applyAutofixes(script, options)
    if (pass.fixed.length === 0) break
    script = pass.script
    fixed.push(...pass.fixed)
  }
  return { script, fixed: fixed.toSorted((a, b) => a.line - b.line) }
}

const MAX_ROUNDS = 8

function applyAutofixes(
  script: Script,
  options: LintOptions,
): { readonly script: Script; readonly fixed: readonly Finding[] } {
  const scenes = sceneNumbers(script)
  const problems = RULES.flatMap((rule) => rule.check(script, options).map((problem) => ({ rule, offence: problem })))
  const elements: ScriptElement[] = []
  const fixed: Finding[] = []
  for (let at = 0; at < script.elements.length; at++) {
    const found = problems.find(({ offence: problem }) => problem.autofix?.from === at)
    if (!found?.offence.autofix) {
      elements.push(script.elements[at] as ScriptElement)
      continue
    }
    elements.push(...found.offence.autofix.replacement)
    fixed.push(toFinding(found.rule, found.offence, script, scenes, options))
    at += found.offence.autofix.count - 1
  }
  return { script: { ...script, elements }, fixed }
}

/**
 * A text without its fences, and without what a model says before and after the script. `lines` tells for each line that
 * is left which it was, from 1.
 */
function stripChat(given: string): {
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

function restoreLineNumbers(script: Script, originalLines: readonly number[]): Script {
  const elements = script.elements.map((element): ScriptElement => {
    if (!element.at) return element
    const { from, to } = element.at
    return { ...element, at: { from: originalLines[from - 1] ?? from, to: originalLines[to - 1] ?? to } }
  })
  return { ...script, elements }
}
