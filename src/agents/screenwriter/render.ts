import { measurePages, parseFountain, printFountain, type Script } from '../../screenplay/index.ts'
import type { ScriptElement, TitleEntry } from '../../screenplay/types.ts'
import type { Document, Scene } from './document.ts'

/** The scenes that a reader of the script gets: while a stage is made again, those from before it. */
export function currentScenes({ scenes, replaced, tasks }: Document): readonly Scene[] {
  const isDrafting = scenes.length === 0 || tasks.some(({ kind }) => kind === 'draft')
  return replaced && isDrafting ? replaced : scenes
}

/** True when some of the script is written. */
export function isWritten(document: Document): boolean {
  return currentScenes(document).length > 0
}

/** The script as Fountain: the title page, and each scene word for word as it was written. */
export function fountainOf(document: Document): string {
  const { imported } = document
  const front = imported ? imported.before : printFountain({ titlePage: titlePage(document), elements: [] })
  const body = pagesText(currentScenes(document))
  if (body === '') return front
  return imported ? `${front}${body}` : `${front}\n${body.trimEnd()}\n`
}

/** The text of scenes in order. */
export function pagesText(scenes: readonly Scene[]): string {
  return scenes.map(({ text }) => text).join('')
}

/** The script as a tree, with what FDX holds beyond Fountain in scenes that stand as they were imported. */
export function scriptOf(document: Document): Script {
  const { imported } = document
  const scenes = currentScenes(document)
  if (!imported) return { ...parseFountain(fountainOf(document)), titlePage: titlePage(document) }
  if (!imported.own && scenes.every(({ own }) => own === undefined)) return parseFountain(fountainOf(document))
  const elements = scenes.flatMap(({ text, own }) => own ?? parseFountain(text).elements.map(withoutPlace))
  const { titlePage: entries, own = [], setup, fdx } = imported
  return { titlePage: entries, elements: [...own, ...elements], ...(setup && { setup }), ...(fdx && { fdx }) }
}

function titlePage({ story, brief, imported }: Document): readonly TitleEntry[] {
  if (imported) return imported.titlePage
  return [
    { key: 'Title', values: [story?.title || brief.title || 'Untitled'] },
    { key: 'Credit', values: ['written by'] },
    { key: 'Author', values: ['Showrunner'] },
  ]
}

/** Pages as Final Draft would count them. */
export function pagesOf(document: Document): number {
  return measurePages(scriptOf(document))
}

/** Pages of some scenes alone. */
export function pagesOfScenes(scenes: readonly Scene[]): number {
  return scenes.length === 0 ? 0 : measurePages({ titlePage: [], elements: parseFountain(pagesText(scenes)).elements })
}

/** Words per page of what is written; undefined where that is too little to tell. */
export function densityOf(document: Document): number | undefined {
  const text = pagesText(document.scenes)
  const pages = pagesOfScenes(document.scenes)
  return pages < 0.5 ? undefined : (text.match(/\S+/g)?.length ?? 0) / pages
}

/** Lines of a text that is not kept say nothing. */
export function withoutPlace(element: ScriptElement): ScriptElement {
  const { at: _, ...rest } = element
  return rest
}
