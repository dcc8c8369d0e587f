import { chat } from './rules/chat.ts'
import { ending } from './rules/ending.ts'
import { headings } from './rules/headings.ts'
import { length } from './rules/length.ts'
import { parentheticals } from './rules/parentheticals.ts'
import type { Finding, LintOptions, Rule } from './rules/rule.ts'
import { speakers } from './rules/speakers.ts'
import { times } from './rules/times.ts'
import { titlePage } from './rules/title-page.ts'
import type { Script } from './types.ts'

export type { Finding, LintOptions, Rule } from './rules/rule.ts'

/** Every check there is, in order of its code. */
export const RULES: readonly Rule[] = [chat, titlePage, headings, times, speakers, length, parentheticals, ending]

/**
 * What is wrong with a script's form, in order of lines. It judges form only, never taste. With `mode: 'ours'` the
 * severities are those of a gate for generated scripts; by default they are advice to a person. A check that needs what
 * `options` does not give (`cast`, `targetPages`) is left out. Lines are those the script was read from.
 */
export function lint(script: Script, options: LintOptions = {}): readonly Finding[] {
  const mode = options.mode ?? 'theirs'
  const scenes = sceneOf(script)
  return RULES.flatMap((rule) =>
    rule.check(script, options).map(({ element, line, message, fix }): Finding => {
      const scene = element === undefined ? undefined : scenes[element]
      return {
        code: rule.code,
        severity: rule.severity[mode],
        line: line ?? (element === undefined ? 1 : (script.elements[element]?.at?.from ?? 1)),
        ...(scene !== undefined && scene > 0 && { scene }),
        message,
        ...(fix !== undefined && { fix }),
      }
    }),
  ).toSorted((a, b) => a.line - b.line)
}

function sceneOf(script: Script): readonly number[] {
  let scene = 0
  return script.elements.map((element) => {
    if (element.type === 'scene_heading') scene += 1
    return scene
  })
}
