import { type Finding, lint, parseFountain, RULES, type Script, uncovered } from '../../screenplay/index.ts'
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
  // Of half a script neither its length nor its ending can be judged.
  const skipped = new Set(whole ? [] : ['F10', 'F14'])
  const options = {
    mode: imported ? 'theirs' : 'ours',
    ...(!imported && { cast: characters.map(({ name }) => name) }),
    ...(whole && { targetPages: brief.target_pages }),
  } as const
  const script = parseFountain(imported?.text ?? fountain)
  const linted = lint(script, options).filter(({ code }) => !skipped.has(code))
  const found = [...linted, ...unprintable(script)]
  const rules = [...RULES, GLYPHS].filter(({ code }) => !skipped.has(code))
  const ran = rules.map(({ code, title }) => `${code} ${title}`)
  return { found, ran, passed: ran.length - new Set(found.map(({ code }) => code)).size }
}

const GLYPHS = { code: 'F18', title: 'characters that the PDF can show' } as const

function unprintable(script: Script): readonly Finding[] {
  const missing = uncovered(script)
  if (missing.length === 0) return []
  const some = missing.slice(0, 20).join(' ')
  const message = `The font of the PDF has no picture for ${missing.length} of the characters (${some}${missing.length > 20 ? ' …' : ''}). Fountain, FDX and HTML show them.`
  return [
    { code: GLYPHS.code, severity: 'warn', line: 1, message, fix: 'Make the PDF from the HTML or in another program.' },
  ]
}
