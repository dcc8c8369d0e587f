import { measure, printFountain, type Script } from '../../screenplay/index.ts'
import type { Element } from '../../screenplay/types.ts'
import type { Document, Scene } from './document.ts'

/** The script as far as it is written, as a tree. The last scene of all ends with an end mark. */
export function scriptOf({ brief, story, outline }: Document): Script {
  const scenes = outline?.scenes ?? []
  const written = scenes.filter((scene) => scene.elements.length > 0)
  return {
    titlePage: [
      { key: 'Title', values: [story?.title ?? brief.title ?? 'Untitled'] },
      { key: 'Credit', values: ['written by'] },
      { key: 'Author', values: ['Showrunner'] },
    ],
    elements: written.flatMap((scene) => [...elementsOf(scene), ...(scene === scenes.at(-1) ? [END_MARK] : [])]),
  }
}

export function fountainOf(document: Document): string {
  return printFountain(scriptOf(document))
}

/** In pages, as Final Draft would count them. */
export function pagesOf(document: Document): number {
  return measure(scriptOf(document))
}

/** One scene, for a prompt. */
export function sceneText(scene: Scene): string {
  return printFountain(sceneScript(scene))
}

export function sceneScript(scene: Scene): Script {
  return { titlePage: [], elements: elementsOf(scene) }
}

const END_MARK: Element = { type: 'transition', text: 'FADE OUT.' }

function elementsOf(scene: Scene): readonly Element[] {
  return [{ type: 'scene_heading', text: scene.heading }, ...scene.elements.flatMap(printed)]
}

function printed(element: Scene['elements'][number]): readonly Element[] {
  if (element.type !== 'dialogue') return [{ type: element.type, text: element.text }]
  const { speaker, parenthetical, text } = element
  return [
    { type: 'character', name: speaker, extensions: [] },
    ...(parenthetical === null ? [] : [{ type: 'parenthetical' as const, text: parenthetical }]),
    { type: 'dialogue', text },
  ]
}
