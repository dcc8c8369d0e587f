import type { Character, Script, ScriptElement, TitleEntry } from '../types.ts'
import { classifyLine, isGermanHeading, isHeadingAnywhere, needsEscape, readCue } from './classify-line.ts'

/**
 * Prints a script as Fountain: one blank line between paragraphs, marks of force only where the text would otherwise be
 * read as something else. A well-formed script comes back equal from `parseFountain`, but for `at`.
 */
export function printFountain(script: Script): string {
  const titlePage = script.titlePage.map(printTitleEntry).join('')
  let body = ''
  let spoken = false
  for (const [index, element] of script.elements.entries()) {
    if (element.type === 'action' && element.text === '') {
      spoken = false
      body += '\n'
      continue
    }
    spoken = element.type === 'character' || (spoken && SPEECH_TYPES.has(element.type))
    const inSpeech = spoken && element.type !== 'character'
    body += (body === '' ? '' : inSpeech ? '\n' : '\n\n') + printElement(element, inSpeech, script.elements[index + 1])
  }
  return titlePage + (titlePage !== '' && body !== '' ? '\n' : '') + (body === '' ? '' : `${body}\n`)
}

const SPEECH_TYPES: ReadonlySet<ScriptElement['type']> = new Set(['parenthetical', 'dialogue', 'lyrics'])

function printTitleEntry({ key, values }: TitleEntry): string {
  if (values.length < 2) return `${key}: ${values[0] ?? ''}`.trimEnd().concat('\n')
  return `${key}:\n${values.map((value) => `    ${value}\n`).join('')}`
}

function printElement(element: ScriptElement, inSpeech: boolean, next: ScriptElement | undefined): string {
  switch (element.type) {
    case 'scene_heading': {
      const text = element.number === undefined ? element.text : `${element.text} #${element.number}#`
      // Other programs read it as one only with the dot.
      const forced = text.startsWith('.') || isGermanHeading(text)
      return classifyLine(text, 'by a blank') === 'scene_heading' && !forced ? text : `.${text}`
    }
    case 'character':
      return printCue(element, next !== undefined && SPEECH_TYPES.has(next.type))
    case 'parenthetical':
      return `(${element.text})`
    case 'dialogue':
      return inSpeech ? element.text.split('\n').map(printDialogueLine).join('\n') : element.text
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

function printCue({ name, extensions, dual }: Character, hasSpeech: boolean): string {
  const text = [name, ...extensions.map((extension) => `(${extension})`), ...(dual ? ['^'] : [])].join(' ')
  const plain =
    hasSpeech && classifyLine(text, 'by text') === 'character' && !/^@/.test(text) && readCue(text).name === name
  return plain ? text : `@${text}`
}

function printAction(text: string): string {
  const [first = '', ...rest] = text.split('\n')
  const isMisread = classifyLine(first, rest.length === 0 ? 'by a blank' : 'by text') !== 'action'
  const forced = isMisread || /^\s*!/.test(first) || /^\s*\[\[[\s\S]*\]\]$/.test(first) || rest.some(isHeadingAnywhere)
  return forced ? `!${text}` : text
}

function printDialogueLine(line: string): string {
  if (line === '') return '  '
  return needsEscape(line) ? `\\${line}` : line
}
