import { lint, parseFountain, RULES } from '../../screenplay/index.ts'
import type { Document } from './document.ts'
import { lengthError } from './length.ts'
import { fountainOf, isWritten, pagesOf } from './render.ts'
import type { ScriptFinding } from './script-finding.ts'
import { isDrafted } from './standing.ts'
import { substanceFindings } from './substance.ts'

/**
 * The findings of a script, the most severe first: its length, the rules of form and of substance, the reader's remaining
 * criticism, and the fixes by code. An imported script gets advice only.
 */
export function findingsOf(document: Document, fountain = fountainOf(document)): readonly ScriptFinding[] {
  if (!isWritten(document)) return []
  const script = parseFountain(fountain)
  const order = { error: 0, warn: 1, info: 2 } as const
  const form = formFindings(document, fountain)
  const found = [...form.found, ...substanceFindings(script)].toSorted(
    (a, b) => order[a.severity] - order[b.severity] || (a.line ?? 0) - (b.line ?? 0),
  )
  return [
    ...lengthFinding(document),
    ...found,
    ...opinionFindings(document),
    ...writerFindings(document),
    { code: 'CHECKED', severity: 'info', message: `Checks of form that ran: ${form.ran.join(', ')}.` },
  ]
}

/** Rules that do not apply: F10 is the finding of the length, F20 has no list of words. */
const SKIPPED = ['F10', 'F20'] as const
/** Rules about cast and ending, which need a whole script. */
const NEEDS_WHOLE = ['F07', 'F14'] as const

function formFindings(
  document: Document,
  fountain: string,
): { readonly found: readonly ScriptFinding[]; readonly ran: readonly string[] } {
  const { imported, characters = [] } = document
  // F07 is skipped because a listed character may stay off screen by the writer's choice; the reader reports real gaps.
  const skipped = new Set<string>([...SKIPPED, 'F07', ...(isDrafted(document) ? [] : NEEDS_WHOLE)])
  const options = {
    mode: imported ? 'authored' : 'generated',
    ...(!imported && { cast: characters.map(({ name }) => name) }),
  } as const
  return {
    found: lint(parseFountain(fountain), options).filter(({ code }) => !skipped.has(code)),
    ran: RULES.filter(({ code }) => !skipped.has(code)).map(({ code, title }) => `${code} ${title}`),
  }
}

function lengthFinding(document: Document): readonly ScriptFinding[] {
  const { imported, brief } = document
  const error = lengthError(document)
  if (imported || !isDrafted(document) || Math.abs(error) <= 0.1) return []
  const percent = Math.round(Math.abs(error) * 100)
  const message = `It runs ${pagesOf(document).toFixed(1)} pages, ${percent} % ${error > 0 ? 'more' : 'less'} than the ${brief.target_pages} asked for. Nothing was cut or added to make it fit.`
  return [{ code: 'LENGTH', severity: 'warn', message, fix: 'Say in notes what may go or what should get more room.' }]
}

const MAX_OPINIONS = 8

function opinionFindings({ opinions, scenes }: Document): readonly ScriptFinding[] {
  return opinions.slice(0, MAX_OPINIONS).map(({ scene, quote, fault }) => ({
    code: 'READER',
    severity: 'info',
    ...(scene !== undefined && scene >= 1 && scene <= scenes.length && { scene }),
    message: `A reader's opinion: ${fault}${quote.trim() === '' ? '' : ` ("${quote}")`}`,
    fix: 'Give it in notes if you agree.',
  }))
}

const MAX_FIXES = 12

function writerFindings({ fixes, departures, shortened }: Document): readonly ScriptFinding[] {
  return [
    ...departures.map(
      (text): ScriptFinding => ({ code: 'OUTLINE', severity: 'info', message: `The writer left the outline: ${text}` }),
    ),
    ...fixes.slice(0, MAX_FIXES).map(
      ({ before, after }): ScriptFinding => ({
        code: 'FIXED',
        severity: 'info',
        message:
          after === ''
            ? `Not part of the script, left out: "${clip(before)}"`
            : `Form put right: "${clip(before)}" is now "${clip(after)}"`,
      }),
    ),
    ...(shortened > 0
      ? [
          {
            code: 'WINDOW',
            severity: 'info' as const,
            message: `The window of the model did not hold the whole script, so ${shortened} of its oldest answers went in by their outline.`,
          },
        ]
      : []),
  ]
}

function clip(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= 160 ? line : `${line.slice(0, 160)}…`
}
