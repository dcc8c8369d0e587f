import { toPlainText } from '../emphasis.ts'
import { LINES_PER_PAGE } from '../layout/paginate.ts'
import { layOutTitlePage } from '../layout/title-page.ts'
import type { Script } from '../types.ts'
import covered from './covered.json' with { type: 'json' }

/**
 * The characters of a script, each once, that the font of the PDF has no picture for: the PDF shows an empty box in
 * their place. The font has the Latin letters of Europe; it lacks most of those of Vietnamese.
 */
export function missingGlyphs(script: Script): readonly string[] {
  const texts = [
    ...layOutTitlePage(script, LINES_PER_PAGE.letter).map((line) => line.text),
    ...script.elements.flatMap((element) => {
      if (element.type === 'character') return [element.name, ...element.extensions]
      if (NOT_PRINTED.has(element.type)) return []
      return 'text' in element ? [toPlainText(element.text)] : []
    }),
  ]
  const beyondLatin1 = texts.flatMap((text) =>
    LATIN_1.test(text) ? [] : (text.normalize('NFC').match(BEYOND_LATIN_1) ?? []),
  )
  return [...new Set(beyondLatin1)].filter((character) => findFontFile(character) < 0)
}

const LATIN_1 = /^[\n -~\u00A0-\u00FF]*$/
const BEYOND_LATIN_1 = /[^\n -~\u00A0-\u00FF]/gu

const NOT_PRINTED: ReadonlySet<string> = new Set(['note', 'boneyard', 'section', 'synopsis', 'page_break'])

/** The file of the font that has a character: 0, 1, or -1 for none. */
export function findFontFile(character: string): number {
  const code = character.codePointAt(0) ?? 0
  return covered.findIndex((ranges) => ranges.some(([from = 0, to = 0]) => code >= from && code <= to))
}
