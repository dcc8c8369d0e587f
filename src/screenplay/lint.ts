import { avoidedWords } from './rules/avoided.ts'
import { blankLines } from './rules/blank-lines.ts'
import { castAppears } from './rules/cast.ts'
import { noChat } from './rules/chat.ts'
import { dialogueLength } from './rules/dialogue.ts'
import { ending } from './rules/ending.ts'
import { pdfGlyphs } from './rules/glyphs.ts'
import { headings } from './rules/headings.ts'
import { introductions } from './rules/introductions.ts'
import { scriptLength } from './rules/length.ts'
import { longActions } from './rules/long-actions.ts'
import { parentheticals } from './rules/parentheticals.ts'
import { unfilmables } from './rules/prose.ts'
import { roundTrip } from './rules/round-trip.ts'
import type { Finding, LintOptions, Problem, Rule } from './rules/rule.ts'
import { consistentSets } from './rules/sets.ts'
import { speakers } from './rules/speakers.ts'
import { timesOfDay } from './rules/times.ts'
import { titlePage } from './rules/title-page.ts'
import type { Script } from './types.ts'

export type { Finding, LintOptions, Rule } from './rules/rule.ts'

/** Every check there is, in order of its code. */
export const RULES: readonly Rule[] = [
  noChat,
  titlePage,
  headings,
  timesOfDay,
  blankLines,
  speakers,
  castAppears,
  introductions,
  consistentSets,
  scriptLength,
  longActions,
  dialogueLength,
  parentheticals,
  ending,
  unfilmables,
  roundTrip,
  pdfGlyphs,
  avoidedWords,
]

/**
 * What is wrong with a script's form, in order of lines. It judges form only, never taste. With `mode: 'generated'` the
 * severities are those of a gate for generated scripts; by default they are advice to a person. A check that needs what
 * `options` does not give (`cast`, `targetPages`, `avoid`) finds nothing. Lines are those the script was read from; of a
 * script that was not read from text, all are 1.
 */
export function lint(script: Script, options: LintOptions = {}): readonly Finding[] {
  const scenes = sceneNumbers(script)
  return RULES.flatMap((rule) =>
    rule.check(script, options).map((problem) => toFinding(rule, problem, script, scenes, options)),
  ).toSorted((a, b) => a.line - b.line)
}

/** An offence as it is told of. */
export function toFinding(
  rule: Rule,
  { element: elementIndex, line, message, fix }: Problem,
  script: Script,
  scenes: readonly number[],
  { mode = 'authored' }: LintOptions,
): Finding {
  const scene = elementIndex === undefined ? undefined : scenes[elementIndex]
  return {
    code: rule.code,
    severity: rule.severity[mode],
    line: line ?? (elementIndex === undefined ? 1 : (script.elements[elementIndex]?.at?.from ?? 1)),
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
