import { addBrackets } from '../parenthetical.ts'
import { continuesSpeech } from '../speech.ts'
import type { Character, Script, ScriptElement, TitleEntry } from '../types.ts'
import { classifyLine, isEscaped, isForeignHeading, isHeadingAnywhere, readCue } from './classify-line.ts'
import { boneyardOf, noteOf } from './lines.ts'
import { parentheticalLines } from './parse.ts'

/**
 * Prints a script as Fountain: one blank line between paragraphs, marks of force only where the text would otherwise be
 * read as something else. A well-formed script comes back equal from `parseFountain`, but for `at` and `fdx`.
 */
export function printFountain(script: Script): string {
  const titlePage = script.titlePage.map(printTitleEntry).join('')
  const body: string[] = []
  let spoken = false
  let last: ScriptElement | undefined
  for (const [index, element] of script.elements.entries()) {
    if (element.type === 'action' && element.text === '') {
      spoken = false
      body.push('\n')
      last = element
      continue
    }
    const inSpeech: boolean = element.type !== 'character' && continuesSpeech(element, spoken, last)
    if (body.length > 0) body.push(inSpeech ? '\n' : '\n\n')
    body.push(printElement(element, inSpeech, script.elements[index + 1]))
    spoken = element.type === 'character' || inSpeech
    last = element
  }
  return titlePage + (titlePage !== '' && body.length > 0 ? '\n' : '') + (body.length === 0 ? '' : `${body.join('')}\n`)
}

const SPEECH_TYPES: ReadonlySet<ScriptElement['type']> = new Set(['parenthetical', 'dialogue', 'lyrics'])

/** Lines of a value are printed as values, because a blank line would end the title page. */
function printTitleEntry({ key, values }: TitleEntry): string {
  const lines = values.some((value) => /[\n\r]/.test(value))
    ? values.flatMap((value) => value.split(/[\n\r]+/)).filter((line) => line.trim() !== '')
    : values
  if (lines.length < 2) return `${key}: ${lines[0] ?? ''}`.trimEnd().concat('\n')
  return `${key}:\n${lines.map((line) => `    ${line}\n`).join('')}`
}

function printElement(element: ScriptElement, inSpeech: boolean, next: ScriptElement | undefined): string {
  switch (element.type) {
    case 'scene_heading': {
      const text = element.number === undefined ? element.text : `${element.text} #${element.number}#`
      // Other programs read it as one only with the dot.
      const forced = text.startsWith('.') || isForeignHeading(text)
      return classifyLine(text, 'by a blank') === 'scene_heading' && !forced ? text : `.${text}`
    }
    case 'character':
      return printCue(element, next !== undefined && SPEECH_TYPES.has(next.type))
    case 'parenthetical':
      return addBrackets(element.text)
    case 'dialogue':
      return inSpeech ? printDialogue(element.text) : element.text
    case 'lyrics':
      return element.text.replace(/^/gm, '~')
    case 'transition':
      return classifyLine(element.text, 'by a blank') === 'transition' && !element.text.startsWith('>')
        ? element.text
        : `> ${element.text}`
    case 'centered':
      return `> ${element.text} <`
    case 'section':
      return `${'#'.repeat(element.depth)} ${element.text}`
    case 'synopsis':
      return `= ${element.text}`
    case 'note':
      return `[[${element.text}]]`
    case 'boneyard':
      return `/*${element.text}*/`
    case 'page_break':
      return '==='
    case 'action':
      return printAction(element.text)
  }
}

function printCue({ name, extensions, dual, notes }: Character, hasSpeech: boolean): string {
  const text = [
    name,
    ...extensions.map((extension) => `(${extension})`),
    ...(notes === undefined ? [] : [notes]),
    ...(dual ? ['^'] : []),
  ].join(' ')
  const plain =
    hasSpeech && classifyLine(text, 'by text') === 'character' && !/^@/.test(text) && readCue(text).name === name
  return plain ? text : `@${text}`
}

function printAction(text: string): string {
  const [first = '', ...rest] = text.split('\n')
  const isMisread = classifyLine(first, rest.length === 0 ? 'by a blank' : 'by text') !== 'action'
  const isHidden = noteOf(first) !== undefined || (boneyardOf(first) ?? noteOf(text)) !== undefined
  const forced = isMisread || /^\s*!/.test(first) || isHidden || rest.some(isHeadingAnywhere)
  if (!forced) return text
  // `!!` before a capital letter is the mark of a shot, so a text that begins with `!` needs one more.
  return /^!+\p{Lu}/u.test(text) ? `!!${text}` : `!${text}`
}

function printDialogue(text: string): string {
  const lines = text.split('\n')
  return lines
    .map((line, index) => {
      if (line === '') return '  '
      const isMisread =
        line.startsWith('~') ||
        isHeadingAnywhere(line) ||
        (/^[(（]/.test(line) && parentheticalLines((at) => lines[index + at]).length > 0)
      return isMisread || isEscaped(line) ? `\\${line}` : line
    })
    .join('\n')
}
