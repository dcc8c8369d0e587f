import type { TitleEntry } from '../types.ts'
import { isCertainTitleKey, opensTitlePage } from './classify-line.ts'
import { boneyardOf, type Line } from './lines.ts'

const KEY = /^([^\s:][^:]*):[ ]*(.*)$/

/**
 * Reads the title page: the first paragraph, where its first line is a key that opens one, or any line of it a key that
 * no script begins with. A boneyard may stand above it. `skipped` are the lines above, `next` is the line after.
 */
export function readTitlePage(lines: readonly Line[]): {
  readonly titlePage: readonly TitleEntry[]
  readonly skipped: number
  readonly next: number
} {
  const first = lines.findIndex(({ text }) => text.trim() !== '' && boneyardOf(text) === undefined)
  const none = { titlePage: [], skipped: 0, next: 0 }
  const opening = keyOf(lines[first]?.text)
  if (first < 0 || opening === undefined) return none
  const end = lines.findIndex(({ text }, index) => index > first && text.trim() === '')
  const paragraph = lines.slice(first, end < 0 ? lines.length : end)
  if (!opensTitlePage(opening) && !paragraph.some(({ text }) => isCertainTitleKey(keyOf(text) ?? ''))) return none
  const titlePage: { key: string; values: string[] }[] = []
  for (const { text } of paragraph) {
    const [, key, value = ''] = KEY.exec(text) ?? []
    if (key !== undefined) titlePage.push({ key: key.trim(), values: value.trim() === '' ? [] : [value.trim()] })
    else titlePage.at(-1)?.values.push(text.trim())
  }
  return { titlePage, skipped: first, next: first + paragraph.length }
}

function keyOf(line: string | undefined): string | undefined {
  return line === undefined ? undefined : KEY.exec(line)?.[1]
}
