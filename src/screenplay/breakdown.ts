import { readHeading } from './heading.ts'
import { speakerKey } from './layout/cue.ts'
import { countPageLines, type Page, type PageOptions, paginate } from './layout/paginate.ts'
import { labelOf, type TagCategory, tagsOf } from './tags.ts'
import type { Script, ScriptElement } from './types.ts'

/** The needs of a scene in production. */
export interface SceneBreakdown {
  /** Its position in the script, from 1. */
  readonly scene: number
  /** Its scene number in the script, if it has one. */
  readonly number: string | undefined
  readonly heading: string
  readonly intExt: 'INT' | 'EXT' | 'INT/EXT' | 'EST' | undefined
  readonly set: string
  readonly time: string | undefined
  /** The speakers, in order of appearance. */
  readonly cast: readonly string[]
  /** The tagged items by category, under the names of the production, in order of appearance and each once. */
  readonly tagged: Readonly<Partial<Record<TagCategory, readonly string[]>>>
  /** Length in eighths of a page, at least 1; all scenes together make the length of the script. */
  readonly eighths: number
  /** The page it begins on. */
  readonly page: number
  /** Where its heading is in `script.elements`. */
  readonly element: number
}

/** One entry a scene. Elements before the first heading belong to no scene. */
export function breakdown(script: Script, options?: PageOptions): readonly SceneBreakdown[] {
  const pages = paginate(script, options)
  const linesPerPage = countPageLines(script, options)
  const firstRows = findFirstRows(pages, linesPerPage)
  const headingIndexes = script.elements.flatMap((element, at) => (element.type === 'scene_heading' ? [at] : []))
  const end = Math.max(0, (pages.length - 1) * linesPerPage + 1 + (pages.at(-1)?.lines.at(-1)?.row ?? 0))
  const toEighths = (row: number): number => Math.round((row * 8) / linesPerPage)
  return headingIndexes.flatMap((at, index) => {
    const heading = script.elements[at]
    if (heading?.type !== 'scene_heading') return []
    const next = headingIndexes[index + 1]
    const [from, to] = [firstRows.get(at) ?? 0, next === undefined ? end : (firstRows.get(next) ?? end)]
    const { prefix, set, time } = readHeading(heading.text)
    const sceneElements = script.elements.slice(at, next)
    return {
      scene: index + 1,
      number: heading.number,
      heading: heading.text,
      intExt: prefix,
      set,
      time,
      cast: findCast(sceneElements),
      tagged: groupTagLabels(sceneElements),
      eighths: Math.max(1, toEighths(to) - toEighths(from)),
      page: Math.floor(from / linesPerPage) + 1,
      element: at,
    }
  })
}

/** The speakers in order of appearance, each as the cue spells it that is first. */
function findCast(elements: readonly ScriptElement[]): readonly string[] {
  const names = new Map<string, string>()
  for (const element of elements) {
    if (element.type !== 'character') continue
    const key = speakerKey(element.name)
    if (!names.has(key)) names.set(key, element.name)
  }
  return [...names.values()]
}

function groupTagLabels(elements: readonly ScriptElement[]): SceneBreakdown['tagged'] {
  const labelsByCategory = new Map<TagCategory, Set<string>>()
  for (const tag of elements.flatMap(tagsOf)) {
    labelsByCategory.set(tag.category, (labelsByCategory.get(tag.category) ?? new Set()).add(labelOf(tag)))
  }
  return Object.fromEntries([...labelsByCategory].map(([category, labels]) => [category, [...labels]]))
}

/** The first row of every element, counted through all pages. */
function findFirstRows(pages: readonly Page[], linesPerPage: number): ReadonlyMap<number, number> {
  const firstRows = new Map<number, number>()
  for (const { number, lines } of pages) {
    for (const { element, row } of lines) {
      if (!firstRows.has(element)) firstRows.set(element, (number - 1) * linesPerPage + Math.max(0, row))
    }
  }
  return firstRows
}
