import { readHeading } from './heading.ts'
import { LINES_PER_PAGE, type Page, type PageOptions, paginate } from './paginate.ts'
import { labelOf, type TagCategory, tagsOf } from './tags.ts'
import type { Element, Script } from './types.ts'

/** What a production asks of a scene. */
export interface SceneBreakdown {
  /** Its place in the script, from 1. */
  readonly scene: number
  /** The number it bears in the script, if it bears one. */
  readonly number: string | undefined
  readonly heading: string
  readonly intExt: 'INT' | 'EXT' | 'INT/EXT' | 'EST' | undefined
  readonly set: string
  readonly time: string | undefined
  /** Who speaks, in order of appearance. */
  readonly cast: readonly string[]
  /** What is tagged in it, by category, as the production calls it, in order of appearance and each once. */
  readonly tagged: Readonly<Partial<Record<TagCategory, readonly string[]>>>
  /** Length in eighths of a page, at least 1; all scenes together make the length of the script. */
  readonly eighths: number
  /** The page it begins on. */
  readonly page: number
  /** Where its heading is in `script.elements`. */
  readonly element: number
}

/** One entry a scene. What stands before the first heading belongs to no scene. */
export function breakdown(script: Script, options?: PageOptions): readonly SceneBreakdown[] {
  const pages = paginate(script, options)
  const perPage = LINES_PER_PAGE[options?.paper ?? 'letter']
  const where = placesOf(pages, perPage)
  const starts = script.elements.flatMap((element, at) => (element.type === 'scene_heading' ? [at] : []))
  const end = Math.max(0, (pages.length - 1) * perPage + 1 + (pages.at(-1)?.lines.at(-1)?.row ?? 0))
  const eighth = (row: number): number => Math.round((row * 8) / perPage)
  return starts.flatMap((at, index) => {
    const heading = script.elements[at]
    if (heading?.type !== 'scene_heading') return []
    const next = starts[index + 1]
    const [from, to] = [where.get(at) ?? 0, next === undefined ? end : (where.get(next) ?? end)]
    const { prefix, set, time } = readHeading(heading.text)
    const own = script.elements.slice(at, next)
    const spoken = own.flatMap((each) => (each.type === 'character' ? [each.name] : []))
    return {
      scene: index + 1,
      number: heading.number,
      heading: heading.text,
      intExt: prefix,
      set,
      time,
      cast: [...new Set(spoken)],
      tagged: taggedIn(own),
      eighths: Math.max(1, eighth(to) - eighth(from)),
      page: Math.floor(from / perPage) + 1,
      element: at,
    }
  })
}

function taggedIn(elements: readonly Element[]): SceneBreakdown['tagged'] {
  const named = new Map<TagCategory, Set<string>>()
  for (const tag of elements.flatMap(tagsOf)) {
    named.set(tag.category, (named.get(tag.category) ?? new Set()).add(labelOf(tag)))
  }
  return Object.fromEntries([...named].map(([category, labels]) => [category, [...labels]]))
}

/** The first row of every element, counted through all pages. */
function placesOf(pages: readonly Page[], perPage: number): ReadonlyMap<number, number> {
  const places = new Map<number, number>()
  for (const { number, lines } of pages) {
    for (const { element, row } of lines) {
      if (!places.has(element)) places.set(element, (number - 1) * perPage + Math.max(0, row))
    }
  }
  return places
}
