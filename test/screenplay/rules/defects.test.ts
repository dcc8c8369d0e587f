import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fix } from '../../../src/screenplay/fix.ts'
import { isHeadingAnywhere } from '../../../src/screenplay/fountain/classify-line.ts'
import { parseFountain } from '../../../src/screenplay/fountain/parse.ts'
import { readHeading } from '../../../src/screenplay/heading.ts'
import { type LintOptions, lint } from '../../../src/screenplay/lint.ts'
import type { Script, ScriptElement } from '../../../src/screenplay/types.ts'
import { DATA_DIR, hasData, readData, withoutPositions } from '../final-draft-data.ts'

/** A script with something wrong with it that models get wrong: where, and what it should be. */
interface Defect {
  readonly text: string
  readonly line: number
  readonly clean: string
  readonly cast?: readonly string[]
}

interface Case {
  readonly text: string
  readonly lines: readonly string[]
  readonly script: Script
}

type MakeDefect = (given: Case) => Defect | undefined

const names = ({ elements }: Script): string[] => [
  ...new Set(elements.flatMap((element) => (element.type === 'character' ? [element.name.toUpperCase()] : []))),
]

/** Puts other lines in the place of `count` from a line on, from 1. */
function replaceLines(
  { text, lines, script }: Case,
  line: number,
  count: number,
  by: readonly string[],
  found = line,
): Defect {
  const spoiled = [...lines.slice(0, line - 1), ...by, ...lines.slice(line - 1 + count)]
  return { text: spoiled.join('\n'), line: found, clean: text, cast: names(script) }
}

function first<T extends ScriptElement['type']>(
  { script }: Case,
  type: T,
  fits: (at: number) => boolean,
): number | undefined {
  const found = script.elements.findIndex((element, at) => element.type === type && fits(at))
  return found < 0 ? undefined : found
}

const lineOf = ({ script }: Case, at: number): number => script.elements[at]?.at?.from ?? 0
const NON_PRINTING = ['section', 'synopsis', 'note', 'boneyard', 'page_break']

const heading = (given: Case, fits: (line: number, at: number) => boolean = () => true): number | undefined =>
  first(
    given,
    'scene_heading',
    (at) => isHeadingAnywhere(given.lines[lineOf(given, at) - 1] ?? '') && fits(lineOf(given, at), at),
  )

/** A cue in capitals, unforced, with one line of dialogue and nothing more. */
const cue = (given: Case): number | undefined =>
  first(given, 'character', (at) => {
    const [one, two, three] = given.script.elements.slice(at, at + 3)
    const plain = /^[\p{Lu}][\p{Lu} ]+(?: \([^()]*\))?$/u.test(given.lines[lineOf(given, at) - 1]?.trim() ?? '')
    const short = two?.type === 'dialogue' && two.at?.from === two.at?.to && two.at?.from === (one?.at?.to ?? 0) + 1
    return (
      plain &&
      short &&
      (three === undefined || three.type === 'character' || three.type === 'action' || three.type === 'scene_heading')
    )
  })

const FIXABLE_DEFECTS: Readonly<Record<string, readonly [string, MakeDefect]>> = {
  'no blank line below a heading': [
    'F05',
    (given) => {
      const at = heading(
        given,
        (line, at) => given.lines[line] === '' && !NON_PRINTING.includes(given.script.elements[at + 1]?.type ?? 'note'),
      )
      return at === undefined ? undefined : replaceLines(given, lineOf(given, at) + 1, 1, [], lineOf(given, at))
    },
  ],
  'no blank line above a heading': [
    'F05',
    (given) => {
      const at = heading(
        given,
        (line, at) =>
          given.lines[line - 2] === '' && !NON_PRINTING.includes(given.script.elements[at - 1]?.type ?? 'note'),
      )
      return at === undefined ? undefined : replaceLines(given, lineOf(given, at) - 1, 1, [], lineOf(given, at) - 1)
    },
  ],
  'a bold heading': ['F03', decorateHeading((text) => `**${text}**`)],
  'a ### heading': ['F03', decorateHeading((text) => `### ${text}`)],
  'a blank line between name and speech': [
    'F05',
    (given) => {
      const at = cue(given)
      return at === undefined ? undefined : replaceLines(given, lineOf(given, at) + 1, 0, [''], lineOf(given, at))
    },
  ],
  'NAME: speech': [
    'F06',
    (given) => {
      const at = cue(given)
      if (at === undefined) return undefined
      const line = lineOf(given, at)
      return replaceLines(given, line, 2, [`${given.lines[line - 1]?.trim()}: ${given.lines[line]?.trim()}`])
    },
  ],
  'a name in small letters': [
    'F06',
    (given) => {
      const at = cue(given)
      if (at === undefined) return undefined
      const line = lineOf(given, at)
      return replaceLines(given, line, 1, [
        (given.lines[line - 1] ?? '').replace(/\p{Lu}+/gu, (word) => word[0] + word.slice(1).toLowerCase()),
      ])
    },
  ],
  'a fence': ['F01', ({ text }) => ({ text: `\`\`\`fountain\n${text}\n\`\`\``, line: 1, clean: text })],
  'a preamble': [
    'F01',
    ({ text }) => ({ text: `Certainly!\n\nHere is your screenplay:\n\n${text}`, line: 3, clean: text }),
  ],
  'a farewell': [
    'F01',
    ({ text, lines }) => ({
      text: `${text}\n\nLet me know if you would like changes!`,
      line: lines.length + 2,
      clean: text,
    }),
  ],
}

const REPORTED_DEFECTS: Readonly<Record<string, readonly [string, MakeDefect]>> = {
  'a script cut off': [
    'F14',
    (given) => {
      const at = given.script.elements.length - 1
      const last = given.script.elements[at]
      if (last?.type !== 'action' && last?.type !== 'dialogue') return undefined
      const words = given.text.trimEnd()
      return {
        text: words.slice(0, -Math.min(4, Math.floor(last.text.length / 2))),
        line: lineOf(given, at),
        clean: '',
      }
    },
  ],
  'two names for one person': [
    'F06',
    (given) => {
      const at = cue(given)
      const item = at === undefined ? undefined : given.script.elements[at]
      if (item?.type !== 'character' || item.name.length < 3) return undefined
      const text = `${given.text.trimEnd()}\n\n${item.name}${item.name.at(-1)}\nOh.\n`
      return { text, line: given.text.trimEnd().split('\n').length + 2, clean: '' }
    },
  ],
  'a set with an article too many': ['F09', respellSet((set) => `THE ${set}`)],
  'a name that is not in the cast': [
    'F06',
    (given) => {
      const [stranger, ...cast] = names(given.script)
      const at = first(given, 'character', () => true)
      return stranger === undefined || at === undefined
        ? undefined
        : { text: given.text, line: lineOf(given, at), clean: '', cast }
    },
  ],
}

/** Adds a scene in a set of the script whose name is spelled in another way. */
function respellSet(respell: (set: string) => string): MakeDefect {
  return (given) => {
    const at = heading(given, (_, at) => {
      const element = given.script.elements[at]
      const { set } = readHeading(element && 'text' in element ? element.text : '')
      return set.length > 3 && respell(set) !== set
    })
    const element = at === undefined ? undefined : given.script.elements[at]
    if (element?.type !== 'scene_heading') return undefined
    const { set } = readHeading(element.text)
    const tail = (name: string): string => `${given.text.trimEnd()}\n\nINT. ${name} - NIGHT\n\nRain.\n`
    const line = given.text.trimEnd().split('\n').length + 2
    return { text: tail(respell(set)), line, clean: '' }
  }
}

function decorateHeading(dress: (text: string) => string): MakeDefect {
  return (given) => {
    // A section right above another heading may be an outline, so text follows.
    const at = heading(given, (line, at) => {
      const next = given.script.elements[at + 1]?.type
      return !/#|^\s/.test(given.lines[line - 1] ?? '') && (next === 'action' || next === 'character')
    })
    if (at === undefined) return undefined
    const line = lineOf(given, at)
    return replaceLines(given, line, 1, [dress(given.lines[line - 1] ?? '')])
  }
}

const cases: Readonly<Record<string, Case>> = hasData
  ? Object.fromEntries(
      readdirSync(join(DATA_DIR, 'cases'))
        .filter((name) => name.endsWith('.fountain'))
        .map((name) => {
          const text = readData(`cases/${name}`)
            .replace(/\r\n?/g, '\n')
            .replace(/^\uFEFF/, '')
            .trimEnd()
            .concat('\n')
          return [name, { text, lines: text.split('\n'), script: parseFountain(text) }]
        }),
    )
  : {}

describe.skipIf(!hasData)('what models get wrong, in every small case (skipped where ../shared/data is absent)', () => {
  test.each(Object.entries({ ...FIXABLE_DEFECTS, ...REPORTED_DEFECTS }))(
    '%s is found, with its line, and fixed where that is safe',
    (what, [code, spoil]) => {
      let tried = 0
      for (const [name, given] of Object.entries(cases)) {
        const spoiled = spoil(given)
        if (!spoiled) continue
        tried += 1
        const options: LintOptions = { mode: 'generated', ...(spoiled.cast && { cast: spoiled.cast }) }
        const found = lint(parseFountain(spoiled.text), options).filter((finding) => finding.code === code)
        expect
          .soft(
            found.map(({ line }) => line),
            name,
          )
          .toContain(spoiled.line)
        if (!(what in FIXABLE_DEFECTS)) continue
        const { script, fixed } = fix(spoiled.text, options)
        expect.soft(withoutPositions(script), name).toEqual(withoutPositions(parseFountain(spoiled.clean)))
        expect
          .soft(
            fixed.map((finding) => [finding.code, finding.line]),
            name,
          )
          .toContainEqual([code, spoiled.line])
      }
      expect(tried).toBeGreaterThanOrEqual(4)
    },
  )

  test.each(Object.keys(cases))('%s, which is in order, is left as it is', (name) => {
    const given = cases[name] as Case
    expect(withoutPositions(fix(given.text).script)).toEqual(withoutPositions(given.script))
  })
})
