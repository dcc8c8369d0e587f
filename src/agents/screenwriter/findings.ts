import { type Finding, lint, parseFountain, RULES } from '../../screenplay/index.ts'
import type { Document } from './document.ts'
import { fountainOf, isBegun } from './render.ts'

export interface Checked {
  /** In order of lines. */
  readonly found: readonly Finding[]
  /** The checks that ran: their codes with their titles. */
  readonly ran: readonly string[]
  readonly passed: number
}

/**
 * What the checks of form say of a script as far as it is written; undefined: nothing is written. A script of ours is held
 * to them, a person's own gets advice, on the lines of the text that was given.
 */
export function checked(document: Document, fountain = fountainOf(document)): Checked | undefined {
  const { outline, outlined, characters = [], brief, imported } = document
  if (!outline?.scenes.some(isBegun)) return undefined
  const whole = outlined && outline.scenes.every((scene) => scene.done)
  const skipped = new Set([
    // There is no list of words to avoid, and a person's script has no cast but those who speak.
    'F20',
    ...(imported ? ['F07'] : []),
    // Of half a script neither its cast nor its length nor its ending can be judged.
    ...(whole ? [] : ['F07', 'F10', 'F14']),
  ])
  const options = {
    mode: imported ? 'theirs' : 'ours',
    ...(!imported && { cast: characters.map(({ name }) => name) }),
    ...(whole && { targetPages: brief.target_pages }),
  } as const
  const found = lint(parseFountain(imported?.text ?? fountain), options).filter(({ code }) => !skipped.has(code))
  const ran = RULES.filter(({ code }) => !skipped.has(code)).map(({ code, title }) => `${code} ${title}`)
  return { found, ran, passed: ran.length - new Set(found.map(({ code }) => code)).size }
}
