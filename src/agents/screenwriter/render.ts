import { measurePages, printFountain, type Script } from '../../screenplay/index.ts'
import type { ScriptElement } from '../../screenplay/types.ts'
import type { Document, Scene } from './document.ts'

/**
 * The script as far as it is written, as a tree. A last scene of ours ends with an end mark; what a person wrote stands
 * as it was given.
 */
export function scriptOf({ brief, story, outline, imported }: Document): Script {
  const scenes = outline?.scenes ?? []
  const written = scenes.filter(isBegun)
  const ends = (scene: Scene): boolean => scene === scenes.at(-1) && scene.own === undefined
  const title = story?.title ?? brief.title ?? 'Untitled'
  return {
    titlePage: imported?.titlePage ?? [
      { key: 'Title', values: [title] },
      { key: 'Credit', values: ['written by'] },
      { key: 'Author', values: ['Showrunner'] },
    ],
    elements: [
      ...(imported?.before ?? []),
      ...written.flatMap((scene) => [...elementsOf(scene), ...(ends(scene) ? [END_MARK] : [])]),
    ],
  }
}

/** Is any of it written? */
export function isBegun(scene: Scene): boolean {
  return scene.elements.length > 0 || scene.own !== undefined
}

export function fountainOf(document: Document): string {
  return printFountain(scriptOf(document))
}

/** In pages, as Final Draft would count them. */
export function pagesOf(document: Document): number {
  return measurePages(scriptOf(document))
}

/** One scene, for a prompt or to be read alone. */
export function sceneText(scene: Scene): string {
  return printFountain(sceneScript(scene))
}

export function sceneScript(scene: Scene): Script {
  return { titlePage: [], elements: elementsOf(scene) }
}

const END_MARK: ScriptElement = { type: 'transition', text: 'FADE OUT.' }

function elementsOf(scene: Scene): readonly ScriptElement[] {
  const heading: ScriptElement = {
    type: 'scene_heading',
    text: scene.heading,
    ...(scene.number !== undefined && { number: scene.number }),
    ...(scene.tags && { tags: scene.tags }),
  }
  return [heading, ...(scene.own ?? scene.elements.flatMap(printed))]
}

function printed(element: Scene['elements'][number]): readonly ScriptElement[] {
  if (element.type !== 'dialogue') return [{ type: element.type, text: element.text }]
  const { speaker, parenthetical, text } = element
  return [
    { type: 'character', name: speaker, extensions: [] },
    ...(parenthetical === null ? [] : [{ type: 'parenthetical' as const, text: parenthetical }]),
    { type: 'dialogue', text },
  ]
}
