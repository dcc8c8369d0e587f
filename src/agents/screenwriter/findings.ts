import { type Finding, lint, parseFountain, RULES, type Script } from '../../screenplay/index.ts'
import { COVERAGE, uncovered } from './coverage.ts'
import type { Document } from './document.ts'
import { fountainOf, isBegun } from './render.ts'

/** A finding; one without a line is of something that is not written yet. */
export type ScriptFinding = Omit<Finding, 'line'> & Partial<Pick<Finding, 'line'>>

export interface Checked {
  /** In order of lines. */
  readonly found: readonly ScriptFinding[]
  /** The checks that ran: their codes with their titles. */
  readonly ran: readonly string[]
  readonly passed: number
  /** Checks for which something is not known, each with what. */
  readonly unknown: readonly string[]
}

/**
 * What the checks of form say of a script as far as it is written, and of its outline; undefined: there is nothing to
 * check. A script of ours is held to them, a person's own gets advice, on the lines of the text that was given.
 */
export function checked(document: Document, fountain = fountainOf(document)): Checked | undefined {
  const { outline, imported } = document
  const script = parseFountain(imported?.text ?? fountain)
  const written = outline?.scenes.some(isBegun) ? writtenChecks(document, script) : NOTHING
  const gaps = imported ? undefined : uncovered(document, script)
  const ran = [...written.ran, ...(gaps ? [COVERAGE] : [])]
  if (ran.length === 0) return undefined
  const found = [...written.found, ...(gaps ?? [])].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
  return {
    found,
    ran: ran.map(labelled),
    passed: ran.length - new Set(found.map(({ code }) => code)).size,
    unknown: gaps || imported ? [] : [`${labelled(COVERAGE)} (which beats the scenes serve is not known)`],
  }
}

interface Check {
  readonly code: string
  readonly title: string
}

const labelled = ({ code, title }: Check): string => `${code} ${title}`

const NOTHING = { ran: [], found: [] } as const

/** The checks of the library, as far as they can be made. */
function writtenChecks(
  { outline, outlined, characters = [], brief, imported }: Document,
  script: Script,
): { readonly ran: readonly Check[]; readonly found: readonly Finding[] } {
  const whole = outlined && outline?.scenes.every((scene) => scene.done) === true
  const skipped = new Set([
    // There is no list of words to avoid, and a person's script has no cast but those who speak.
    'F20',
    ...(imported ? ['F07'] : []),
    // Of half a script neither its cast nor its length nor its ending can be judged.
    ...(whole ? [] : ['F07', 'F10', 'F14']),
  ])
  const options = {
    mode: imported ? 'authored' : 'generated',
    ...(!imported && { cast: characters.map(({ name }) => name) }),
    ...(whole && { targetPages: brief.target_pages }),
  } as const
  return {
    ran: RULES.filter(({ code }) => !skipped.has(code)),
    found: lint(script, options).filter(({ code }) => !skipped.has(code)),
  }
}
