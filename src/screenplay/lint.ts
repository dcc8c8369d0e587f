import * as rules from './rules/index.ts'
import type { Finding, LintOptions, Problem, Rule } from './rules/rule.ts'
import type { Script } from './types.ts'

export type { Finding, LintMode, LintOptions, Rule, Severity } from './rules/rule.ts'

/** Every rule in the order of its code: code, title, what it checks, its severities, and what `fix` changes for it. */
export const RULES: readonly Rule[] = Object.values(rules).toSorted((a, b) => a.code.localeCompare(b.code))

/**
 * The defects of a script's form, in the order of lines. It judges form, never taste. With `mode: 'generated'` the
 * severities are those of a gate for generated scripts; by default they are advice to a person, and what a professional
 * may do on purpose is no finding. A rule that needs an absent option (`cast`, `targetPages`, `avoid`) finds nothing.
 * Lines are those of the text that the script was read from; in a script that was not read from text, all are 1.
 */
export function lint(script: Script, options: LintOptions = {}): readonly Finding[] {
  const scenes = sceneNumbers(script)
  return RULES.flatMap((rule) =>
    rule.check(script, options).map((problem) => toFinding(rule, problem, script, scenes, options)),
  ).toSorted((a, b) => a.line - b.line)
}

/** A rule's problem as it is shown to people. */
export function toFinding(
  rule: Rule,
  { element, line, severity, message, fix }: Problem,
  script: Script,
  scenes: readonly number[],
  { mode = 'authored' }: LintOptions,
): Finding {
  const scene = element === undefined ? undefined : scenes[element]
  return {
    code: rule.code,
    severity: severity ?? rule.severity[mode],
    line: line ?? (element === undefined ? 1 : (script.elements[element]?.at?.from ?? 1)),
    ...(scene !== undefined && scene > 0 && { scene }),
    message,
    ...(fix !== undefined && { fix }),
  }
}

/** For every element, the scene it is in, from 1; 0 before the first. */
export function sceneNumbers(script: Script): readonly number[] {
  let scene = 0
  return script.elements.map((element) => {
    if (element.type === 'scene_heading') scene += 1
    return scene
  })
}
