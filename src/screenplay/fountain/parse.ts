import type { Script, ScriptElement, TitleEntry } from '../types.ts'
import { classifyLine, isHeadingAnywhere, needsEscape, opensTitlePage, readCue } from './classify-line.ts'

/**
 * Reads Fountain 1.1. Never throws: what is nothing else is action. Element lines are counted in `text` as given. Blank
 * lines beyond the one between paragraphs become empty actions. A note or boneyard amid other text stays in that text.
 */
export function parseFountain(text: string): Script {
  const lines = readLines(text)
  const { titlePage, next } = readTitlePage(lines)
  return { titlePage, elements: readBody(lines.slice(next)) }
}

interface Line {
  readonly text: string
  readonly from: number
  readonly to: number
}

/** Boneyards wherever they end, and notes without a blank line inside. */
const HIDDEN_SPAN = /\/\*[\s\S]*?\*\/|\[\[(?:(?!\[\[|\]\]|\n\n)[\s\S])*\]\]/g
const BONEYARD = /^\s*\/\*([\s\S]*)\*\/\s*$/
const NOTE = /^\s*\[\[((?:(?!\]\])[\s\S])*)\]\]\s*$/

/** The lines of a text. A note or boneyard that spans several of them is made one line. */
function readLines(source: string): readonly Line[] {
  const plain = source
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replaceAll('\0', '')
    .replaceAll('\t', '    ')
  const whole = plain.replace(HIDDEN_SPAN, (span) => span.replaceAll('\n', '\0'))
  let number = 1
  return whole.split('\n').map((line) => {
    const text = line.replaceAll('\0', '\n')
    const from = number
    number += line.length - line.replaceAll('\0', '').length + 1
    return { text, from, to: number - 1 }
  })
}

function readTitlePage(lines: readonly Line[]): { titlePage: readonly TitleEntry[]; next: number } {
  const KEY = /^([^\s:][^:]*):[ ]*(.*)$/
  const titlePage: { key: string; values: string[] }[] = []
  let next = lines.findIndex(({ text }) => text.trim() !== '')
  const first = KEY.exec(lines[next]?.text ?? '')
  if (!first || !opensTitlePage(first[1] ?? '')) return { titlePage, next: 0 }
  for (; next < lines.length; next++) {
    const text = lines[next]?.text ?? ''
    if (text.trim() === '') break
    const [, key, value = ''] = KEY.exec(text) ?? []
    if (key !== undefined) titlePage.push({ key: key.trim(), values: value.trim() === '' ? [] : [value.trim()] })
    else titlePage.at(-1)?.values.push(text.trim())
  }
  return { titlePage, next }
}

function readBody(lines: readonly Line[]): readonly ScriptElement[] {
  const elements: ScriptElement[] = []
  let blanks = 0
  let at = 0
  while (at < lines.length) {
    const line = lines[at] as Line
    if (line.text.trim() === '') {
      blanks += 1
      at += 1
      continue
    }
    if (elements.length > 0) {
      for (let extra = blanks - 1; extra > 0; extra--) {
        elements.push({ type: 'action', text: '', at: { from: line.from - extra, to: line.from - extra } })
      }
    }
    blanks = 0
    const read = readElement(lines, at)
    elements.push(...read)
    at += Math.max(1, countLines(lines, at, read))
  }
  return elements
}

function countLines(lines: readonly Line[], at: number, read: readonly ScriptElement[]): number {
  const last = read.at(-1)?.at?.to ?? 0
  let count = 0
  while ((lines[at + count]?.to ?? Number.POSITIVE_INFINITY) <= last) count += 1
  return count
}

/** The paragraph that begins at a line: one element, or a whole speech. */
function readElement(lines: readonly Line[], at: number): readonly ScriptElement[] {
  const { text, from, to } = lines[at] as Line
  const next = lines[at + 1]?.text ?? ''
  const trimmed = text.trim()
  const where = { at: { from, to } }

  const boneyard = BONEYARD.exec(text)
  if (boneyard) return [{ type: 'boneyard', text: boneyard[1] ?? '', ...where }]
  const note = NOTE.exec(text)
  if (note && (next.trim() === '' || NOTE.test(next))) return [{ type: 'note', text: note[1] ?? '', ...where }]

  const alone = next.trim() === '' || BONEYARD.test(next) || isHeadingAnywhere(next)
  const type = classifyLine(text, alone ? 'by a blank' : 'by text')
  switch (type) {
    case 'scene_heading': {
      const heading = trimmed.startsWith('.') ? trimmed.slice(1) : trimmed
      const [, before, number] = /^(.*\S)\s*#([\p{L}\p{N}.-]+)#$/u.exec(heading) ?? []
      return [{ type, text: before ?? heading, ...(number !== undefined && { number }), ...where }]
    }
    case 'character':
      return readSpeech(lines, at)
    case 'transition':
      return [{ type, text: trimmed.replace(/^>\s*/, ''), ...where }]
    case 'centered':
      return [{ type, text: trimmed.slice(1, -1).trim(), ...where }]
    case 'section': {
      const depth = /^#{1,6}/.exec(trimmed)?.[0].length ?? 1
      return [{ type, depth, text: trimmed.slice(depth).trim(), ...where }]
    }
    case 'synopsis':
      return [{ type, text: trimmed.slice(1).trim(), ...where }]
    case 'page_break':
      return [{ type, ...where }]
    case 'lyrics':
      return [readLyrics(lines, at)]
    default:
      return [readAction(lines, at)]
  }
}

function readAction(lines: readonly Line[], at: number): ScriptElement {
  const forced = /^\s*!/.test(lines[at]?.text ?? '')
  const taken = takeWhile(lines, at, ({ text }, index) => {
    if (index === 0) return true
    return text.trim() !== '' && !BONEYARD.test(text) && (forced || !isHeadingAnywhere(text))
  })
  const text = taken.map((line, index) =>
    (index === 0 && forced ? line.text.replace(/^\s*!/, '') : line.text).trimEnd(),
  )
  return { type: 'action', text: text.join('\n'), at: lineRange(taken) }
}

function readLyrics(lines: readonly Line[], at: number): ScriptElement {
  const taken = takeWhile(lines, at, ({ text }) => text.trim().startsWith('~'))
  return { type: 'lyrics', text: taken.map(({ text }) => text.trim().slice(1).trim()).join('\n'), at: lineRange(taken) }
}

function readSpeech(lines: readonly Line[], start: number): readonly ScriptElement[] {
  const cue = lines[start] as Line
  const { name, extensions, dual } = readCue(cue.text.trim().replace(/^@\s*/, ''))
  const elements: ScriptElement[] = [
    { type: 'character', name, extensions, ...(dual && { dual }), at: { from: cue.from, to: cue.to } },
  ]
  let at = start + 1
  while (continuesSpeech(lines, at)) {
    const line = lines[at] as Line
    const text = line.text.trim()
    if (text.startsWith('~')) {
      elements.push(readLyrics(lines, at))
    } else if (/^\([\s\S]*\)$/.test(text)) {
      elements.push({ type: 'parenthetical', text: text.slice(1, -1).trim(), at: { from: line.from, to: line.to } })
    } else {
      elements.push(readDialogue(lines, at))
    }
    at += countLines(lines, at, elements)
  }
  return elements
}

/** Does a speech go on at a line? A line of two blanks does not end it when words follow. */
function continuesSpeech(lines: readonly Line[], at: number): boolean {
  const text = lines[at]?.text
  if (text === undefined || BONEYARD.test(text) || isHeadingAnywhere(text)) return false
  return text.trim() !== '' || (/^\s{2,}$/.test(text) && continuesSpeech(lines, at + 1))
}

function readDialogue(lines: readonly Line[], at: number): ScriptElement {
  const taken = takeWhile(lines, at, ({ text }, index) => {
    return continuesSpeech(lines, at + index) && !/^(?:~|\([\s\S]*\)$)/.test(text.trim())
  })
  const text = taken.map((line) => {
    const words = line.text.trim()
    return words.startsWith('\\') && needsEscape(words) ? words.slice(1) : words
  })
  return { type: 'dialogue', text: text.join('\n'), at: lineRange(taken) }
}

function takeWhile(
  lines: readonly Line[],
  at: number,
  accepts: (line: Line, index: number) => boolean,
): readonly Line[] {
  const taken: Line[] = []
  for (let line = lines[at]; line && accepts(line, taken.length); line = lines[at + taken.length]) taken.push(line)
  return taken
}

function lineRange(lines: readonly Line[]): { from: number; to: number } {
  return { from: lines[0]?.from ?? 0, to: lines.at(-1)?.to ?? 0 }
}
