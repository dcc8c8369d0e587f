import { breakdown, fromFdx, measurePages, parseFountain, type Script } from '../../screenplay/index.ts'
import type { ScriptElement } from '../../screenplay/types.ts'
import type { Document, Scene } from './document.ts'
import type { ScriptInput } from './input.ts'
import { sceneScript } from './render.ts'
import { newDocument } from './standing.ts'
import { revised } from './takeup.ts'

/**
 * A person's own script as a document: every scene as it was written, its cast and places as they stand in it. Nothing
 * is asked of a model. Undefined: no scene heading was found in it.
 */
export function imported(id: string, input: ScriptInput & { readonly source: string }): Document | undefined {
  const script = readScript(input.source)
  const parts = scenesOf(script)
  if (parts.scenes.length === 0) return undefined
  const title = entryOf(script, 'title') ?? input.title ?? 'Untitled'
  const pages = Math.max(1, Math.round(measurePages(script) * 8)) / 8
  const parted = breakdown(script)
  const fresh = newDocument(id, {
    ...input,
    concept: input.concept?.trim() || `A script by ${entryOf(script, 'author') ?? 'its writer'}: ${title}.`,
    format: input.format ?? (pages > LONG ? 'feature' : 'short'),
    target_pages: pages,
    notes: undefined,
  })
  const document: Document = {
    ...fresh,
    until: 'script',
    story: { title, logline: '', theme: '' },
    characters: [...new Set(parted.flatMap(({ cast }) => cast.map((name) => name.toUpperCase())))].map((name) => ({
      name,
      role: '',
      want: '',
      voice: '',
    })),
    sets: [...new Set(parted.map(({ set }) => set.toUpperCase()))],
    beats: [],
    outline: {
      batches: 1,
      scenes: parts.scenes.map((scene, at) => ({
        ...scene,
        characters: (parted[at]?.cast ?? []).map((name) => name.toUpperCase()),
        pages: measurePages(sceneScript(scene)),
      })),
    },
    outlined: true,
    imported: {
      titlePage: script.titlePage,
      before: parts.before,
      ...(!isXml(input.source) && { text: input.source }),
    },
    edit: [],
  }
  return withWishes(document, input)
}

function withWishes(document: Document, { notes, target_pages: pages }: ScriptInput): Document {
  const resized = pages !== undefined && Math.abs(pages - document.brief.target_pages) > 0.25
  if (notes === undefined && !resized) return document
  const asked = resized ? pages : undefined
  const wished = { ...document, brief: { ...document.brief, ...(asked !== undefined && { asked_pages: asked }) } }
  return revised(wished, notes ?? `Make the whole script ${pages} pages long.`, asked)
}

/** Above this many pages a script is a feature, as far as prompts speak of it. */
const LONG = 60

function readScript(text: string): Script {
  return isXml(text) ? fromFdx(text) : parseFountain(text)
}

function isXml(text: string): boolean {
  return /^\s*</.test(text)
}

function entryOf({ titlePage }: Script, key: 'title' | 'author'): string | undefined {
  const found = titlePage.find((entry) => KEYS[key].test(entry.key))?.values.join(' ')
  return found?.replace(/[*_]/g, '').trim() || undefined
}

const KEYS = { title: /^title$/i, author: /^(?:authors?|written by)$/i } as const

function scenesOf({ elements }: Script): {
  readonly before: readonly ScriptElement[]
  readonly scenes: readonly Scene[]
} {
  const starts = elements.flatMap((element, at) => (element.type === 'scene_heading' ? [at] : []))
  const scenes = starts.flatMap((start, at): Scene[] => {
    const heading = elements[start]
    if (heading?.type !== 'scene_heading') return []
    const own = elements.slice(start + 1, starts[at + 1]).map(withoutPlace)
    return [
      {
        heading: heading.text,
        ...(heading.number !== undefined && { number: heading.number }),
        ...(heading.tags && { tags: heading.tags }),
        summary: summaryOf(own),
        characters: [],
        pages: 0,
        elements: [],
        own,
        passes: 0,
        done: true,
        facts: [],
      },
    ]
  })
  return { before: elements.slice(0, starts[0]).map(withoutPlace), scenes }
}

/** Lines of a text that is not kept say nothing. */
function withoutPlace(element: ScriptElement): ScriptElement {
  const { at: _, ...rest } = element
  return rest
}

/** What the writer says of a scene, or how it begins. */
function summaryOf(own: readonly ScriptElement[]): string {
  const said = own.find((element) => element.type === 'synopsis') ?? own.find((element) => element.type === 'action')
  const text = said && 'text' in said ? said.text.replace(/\s+/g, ' ') : ''
  return text.length > MOST_SUMMARY ? `${text.slice(0, MOST_SUMMARY)}…` : text
}

const MOST_SUMMARY = 200
