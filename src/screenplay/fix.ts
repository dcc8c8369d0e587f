import { parseFountain } from './fountain/parse.ts'
import { printFountain } from './fountain/print.ts'
import { type LintOptions, RULES, sceneNumbers, toFinding } from './lint.ts'
import { noChat } from './rules/chat.ts'
import type { Finding, Problem, Rule } from './rules/rule.ts'
import { stripChat } from './strip-chat.ts'
import type { Script, ScriptElement } from './types.ts'

/** A change that `fix` made: the finding that is no longer there, with the text before and after. */
export interface Change extends Finding {
  readonly before: string
  /** Empty where the text was deleted. */
  readonly after: string
}

/**
 * Corrects what leaves no doubt, and lists every change with its text before and after. It deletes the talk of a model
 * around a script where the whole is an answer in a conversation, takes Markdown off headings, and writes a set in one
 * typography. Blank lines are put around headings. In a generated script with a cast, speeches that are not
 * formatted as such become speeches. Other findings of `lint` are left as they are.
 * Lines are those of the given text; a paragraph that was changed has none.
 */
export function fix(
  source: string | Script,
  options: LintOptions = {},
): { readonly script: Script; readonly fixed: readonly Change[] } {
  if (typeof source !== 'string') return applyUntilStable(source, [], options)
  const { text, lines, removed } = stripChat(source, options.mode)
  const severity = noChat.severity[options.mode ?? 'authored']
  const changes = removed.map(
    ({ line, text }): Change => ({
      code: noChat.code,
      severity,
      line,
      message: 'This is not part of a screenplay.',
      fix: 'Delete the line.',
      before: text,
      after: '',
    }),
  )
  return applyUntilStable(restoreLineNumbers(parseFountain(text), lines), changes, options)
}

/** One fix may allow another: once a name is known to speak, its other lines are read as speeches. */
function applyUntilStable(given: Script, before: readonly Change[], options: LintOptions) {
  let script = given
  const fixed = [...before]
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const pass = applyAutofixes(script, options)
    if (pass.fixed.length === 0) break
    script = pass.script
    for (const change of pass.fixed) fixed.push(change)
  }
  return { script, fixed: fixed.toSorted((a, b) => a.line - b.line) }
}

const MAX_ROUNDS = 8

function applyAutofixes(
  script: Script,
  options: LintOptions,
): { readonly script: Script; readonly fixed: readonly Change[] } {
  const scenes = sceneNumbers(script)
  const problems = new Map<number, { readonly rule: Rule; readonly problem: Problem }>()
  for (const rule of RULES) {
    if (rule.fixes === undefined) continue
    for (const problem of rule.check(script, options)) {
      const from = problem.autofix?.from
      if (from !== undefined && !problems.has(from)) problems.set(from, { rule, problem })
    }
  }
  const elements: ScriptElement[] = []
  const fixed: Change[] = []
  for (let at = 0; at < script.elements.length; at++) {
    const found = problems.get(at)
    if (!found?.problem.autofix) {
      elements.push(script.elements[at] as ScriptElement)
      continue
    }
    const { count, replacement } = found.problem.autofix
    for (const element of replacement) elements.push(element)
    const [before, after] = [printElements(script.elements.slice(at, at + count)), printElements(replacement)]
    const finding = toFinding(found.rule, found.problem, script, scenes, options)
    // Where the text is the same, the change is the blank lines around it.
    fixed.push({ ...finding, before, after: before === after ? `\n${after}\n` : after })
    at += count - 1
  }
  return { script: { ...script, elements }, fixed }
}

function printElements(elements: readonly ScriptElement[]): string {
  return printFountain({ titlePage: [], elements }).trimEnd()
}

function restoreLineNumbers(script: Script, originalLines: readonly number[]): Script {
  const elements = script.elements.map((element): ScriptElement => {
    if (!element.at) return element
    const { from, to } = element.at
    return { ...element, at: { from: originalLines[from - 1] ?? from, to: originalLines[to - 1] ?? to } }
  })
  return { ...script, elements }
}
