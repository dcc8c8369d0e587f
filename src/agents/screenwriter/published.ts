import { breakdown } from '../../screenplay/index.ts'
import type { PublishedScript } from '../shared/published-script.ts'
import type { Document } from './document.ts'
import { isWritten, scriptOf } from './render.ts'
import { isDrafted } from './standing.ts'

/** The published part of a script. A script without a whole draft is represented by its outline. */
export function publishedScript(document: Document): PublishedScript {
  const { story, brief, outline = [], replaced } = document
  const complete = isDrafted(document) || (replaced !== undefined && isWritten(document))
  const script = scriptOf(document)
  return {
    title: story?.title ?? brief.title,
    logline: story?.logline,
    script,
    complete,
    scenes: complete
      ? breakdown(script).map(({ heading, cast, eighths }, at) => ({
          heading,
          summary: outline[document.scenes[at]?.card ?? -1]?.summary ?? '',
          characters: cast,
          pages: eighths / 8,
        }))
      : outline.map(({ heading, summary, characters, pages }) => ({
          heading,
          summary,
          characters: characters.map((name) => name.toUpperCase()),
          pages,
        })),
  }
}
