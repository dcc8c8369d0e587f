import { measurePages, parseFountain, printFountain, type Script } from '../../screenplay/index.ts'
import type { ScriptElement, TitleEntry } from '../../screenplay/types.ts'
import type { Document, Scene } from './document.ts'

/** The scenes for results. During a redo of a stage they are the scenes before it. */
export function currentScenes({ scenes, replaced, tasks }: Document): readonly Scene[] {
  const isDrafting = scenes.length === 0 || tasks.some(({ kind }) => kind === 'draft')
  return replaced && isDrafting ? replaced : scenes
}

/** True if a part of the script is written. */
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

/** The script as a tree. Unchanged imported scenes keep the parts of FDX that Fountain lacks. */
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

/** Words a page of the written part; undefined where it is too short. */
export function densityOf(document: Document): number | undefined {
  const text = pagesText(document.scenes)
  const pages = pagesOfScenes(document.scenes)
  return pages < 0.5 ? undefined : (text.match(/\S+/g)?.length ?? 0) / pages
}

/** The element without its line numbers, because they refer to a text that is not kept. */
export function withoutPlace(element: ScriptElement): ScriptElement {
  const { at: _, ...rest } = element
  return rest
}
