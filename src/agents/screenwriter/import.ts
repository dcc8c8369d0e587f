import { formatCount } from '../../lib/text.ts'
import {
  breakdown,
  measurePages,
  parseFountain,
  printFountain,
  readScript,
  type Script,
} from '../../screenplay/index.ts'
import { revise } from './apply-input.ts'
import type { Document, Scene } from './document.ts'
import type { ScriptInput } from './input.ts'
import { splitScenes } from './read-pages.ts'
import { withoutPlace } from './render.ts'
import type { Card } from './shapes.ts'
import { newDocument } from './standing.ts'

/**
 * The document of an imported script, every scene word for word. No model is asked. Undefined: the text has no scene
 * heading. Throws `SyntaxError` with the reason for a format that is not read and for Fountain that is too long.
 */
export function importScript(id: string, input: ScriptInput & { readonly source: string }): Document | undefined {
  const isFdx = /^\s*</.test(input.source)
  if (!isFdx && input.source.length > MAX_FOUNTAIN) {
    throw new SyntaxError(
      `The source has ${formatCount(input.source.length)} characters. At most ${formatCount(MAX_FOUNTAIN)} of Fountain are read, which is some 300 pages: give a longer script in parts.`,
    )
  }
  const script = readScript(input.source)
  const parts = breakdown(script)
  if (parts.length === 0) return undefined
  const title = entryOf(script, 'title') ?? input.title ?? 'Untitled'
  const pages = Math.max(1, Math.round(measurePages(script) * 8)) / 8
  const fresh = newDocument(id, {
    ...input,
    concept: input.concept?.trim() || `A script by ${entryOf(script, 'author') ?? 'its writer'}: ${title}.`,
    format: input.format ?? (pages > FEATURE_PAGES ? 'feature' : 'short'),
    target_pages: pages,
    notes: undefined,
  })
  const { before, scenes, own } = isFdx ? scenesOfTree(script) : scenesOfText(input.source)
  const cards = parts.map(
    ({ heading, cast, eighths }, at): Card => ({
      ...EMPTY_CARD,
      heading,
      summary: summaryOf(script, parts[at]?.element ?? 0, parts[at + 1]?.element),
      characters: cast.map((name) => name.toUpperCase()),
      pages: eighths / 8,
    }),
  )
  const document: Document = {
    ...fresh,
    until: 'script',
    // An imported script is read and rewritten only where notes ask for it.
    polish: 0,
    story: { title, logline: '', theme: '', first_half: '', turn: '', plants: [], ending: '', avoided: [] },
    beats: [],
    characters: [...new Set(cards.flatMap(({ characters }) => characters))].map((name) => ({ ...EMPTY_PERSON, name })),
    outline: cards,
    outlined: true,
    scenes: scenes.map((scene, at) => ({ ...scene, card: at })),
    imported: {
      titlePage: script.titlePage,
      before,
      ...(own && { own }),
      ...(script.setup && { setup: script.setup }),
      ...(script.fdx && { fdx: script.fdx }),
    },
    resized: true,
  }
  return withWishes(document, input)
}

/** Characters; a script of 200 pages has some 400,000. A Final Draft file of it is four times as long. */
const MAX_FOUNTAIN = 600_000

const EMPTY_CARD = { whose: '', want: '', obstacle: '', turn: '', unsaid: '', plants: '', way_in_and_out: '' } as const
const EMPTY_PERSON = { role: '', want: '', need: '', secret: '', relation: '', voice: '', sample: '' } as const

function withWishes(document: Document, { notes, target_pages: pages }: ScriptInput): Document {
  const resize = pages !== undefined && Math.abs(pages - document.brief.target_pages) > 0.25 ? pages : undefined
  if (notes === undefined && resize === undefined) return document
  const asked = { ...document, brief: { ...document.brief, ...(resize !== undefined && { asked_pages: resize }) } }
  return revise(asked, notes ?? `Make the whole script ${resize} pages long.`, resize)
}

/** Questions call a script with more pages a feature. */
const FEATURE_PAGES = 60

interface Parts {
  /** Fountain before the first heading. */
  readonly before: string
  readonly scenes: readonly Scene[]
  /** The elements before the first heading, from FDX. */
  readonly own?: Script['elements']
}

/** The source text, split before each heading. */
function scenesOfText(source: string): Parts {
  const text = source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  const script = parseFountain(text)
  const first = script.elements.find(({ type }) => type === 'scene_heading')?.at?.from ?? 1
  const lines = text.split('\n')
  const body = lines.slice(first - 1).join('\n')
  const before = lines
    .slice(0, first - 1)
    .map((line) => `${line}\n`)
    .join('')
  return { before, scenes: splitScenes(body).map((piece) => ({ text: piece })) }
}

/** The elements of FDX beside their text, because Fountain does not hold all of FDX. */
function scenesOfTree({ titlePage, elements }: Script): Parts {
  const starts = elements.flatMap(({ type }, at) => (type === 'scene_heading' ? [at] : []))
  const own = elements.slice(0, starts[0]).map(withoutPlace)
  const scenes = starts.map((start, at): Scene => {
    const piece = elements.slice(start, starts[at + 1]).map(withoutPlace)
    return { text: `${printFountain({ titlePage: [], elements: piece }).trimEnd()}\n\n`, own: piece }
  })
  const front = printFountain({ titlePage, elements: own }).trimEnd()
  return { before: front === '' ? '' : `${front}\n\n`, scenes, own }
}

function entryOf({ titlePage }: Script, key: keyof typeof TITLE_KEYS): string | undefined {
  const found = titlePage.find((entry) => TITLE_KEYS[key].test(entry.key))?.values.join(' ')
  return found?.replace(/[*_]/g, '').trim() || undefined
}

const TITLE_KEYS = { title: /^title$/i, author: /^(?:authors?|written by)$/i } as const

/** The writer's own synopsis of a scene, or its first line of action. */
function summaryOf({ elements }: Script, from: number, to: number | undefined): string {
  const body = elements.slice(from + 1, to)
  const found = body.find(({ type }) => type === 'synopsis') ?? body.find(({ type }) => type === 'action')
  const text = found && 'text' in found ? found.text.replace(/\s+/g, ' ') : ''
  return text.length > MAX_SUMMARY ? `${text.slice(0, MAX_SUMMARY)}…` : text
}

const MAX_SUMMARY = 200
