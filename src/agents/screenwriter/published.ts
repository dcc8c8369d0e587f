import type { PublishedScript } from '../shared/published-script.ts'
import type { Document } from './document.ts'
import { scriptOf } from './render.ts'

/** What other modules may know of a script. */
export function publishedScript(document: Document): PublishedScript {
  const { story, brief, outline } = document
  const scenes = outline?.scenes ?? []
  return {
    title: story?.title ?? brief.title,
    logline: story?.logline,
    script: scriptOf(document),
    complete: scenes.every(({ done }) => done),
    scenes: scenes.map(({ heading, summary, characters, pages }) => ({ heading, summary, characters, pages })),
  }
}
