import { formatPages } from '../../planning/index.ts'
import { breakdown, readHeading, type Script, toPlainText } from '../../screenplay/index.ts'
import type { PublishedScript } from '../shared/published-script.ts'
import type { Scene } from './shooting-shapes.ts'
import { clip, count, oneLine } from './text.ts'

/** The production of a screenplay: the goal and the facts in words, and its scenes. */
export interface Production {
  readonly goal: string
  /** The facts of production that the screenplay states, a line each. */
  readonly facts: string
  readonly scenes: readonly Scene[]
}

/** Undefined where the screenplay has no scenes yet. An unfinished screenplay is represented by its outline. */
export function productionOf(published: PublishedScript): Production | undefined {
  const scenes = scenesOf(published)
  if (scenes.length === 0) return undefined
  const { title, logline } = published
  const sets = [...new Set(scenes.map(({ set }) => set))]
  const cast = [...new Set(scenes.flatMap((scene) => scene.cast))]
  const length = scenes.reduce((sum, { eighths }) => sum + eighths, 0)
  const facts: readonly (string | false)[] = [
    logline ? `Logline: ${clip(logline, 500)}` : false,
    `The screenplay has ${count(scenes.length, 'scene')} on ${formatPages(length)} pages, ${count(sets.length, 'set')} and ${count(cast.length, 'speaking part')}.`,
    `Sets: ${clip(sets.join('; '), 1500)}.`,
    cast.length > 0 && `Cast: ${clip(cast.join(', '), 800)}.`,
  ]
  return {
    goal: `Produce the film "${title || 'Untitled'}", from pre-production through shooting and post-production to delivery.`,
    facts: facts.filter(Boolean).join('\n'),
    scenes,
  }
}

/** Characters of a scene's text in a question, enough to show what it needs. */
const SUMMARY = 1200

function scenesOf({ complete, script, scenes }: PublishedScript): readonly Scene[] {
  if (complete) return readScenes(script)
  return scenes.map(({ heading, characters, pages, summary }, at) => {
    const { prefix = '', set, time = '' } = readHeading(heading)
    const eighths = Math.max(1, Math.round(pages * 8))
    const cast = [...characters]
    return { scene: at + 1, heading, int_ext: prefix, set, time, cast, eighths, summary: clip(summary, SUMMARY) }
  })
}

/** Cast, set, time and length are read, not guessed. */
function readScenes(script: Script): readonly Scene[] {
  const all = breakdown(script)
  return all.map(({ scene, heading, intExt = '', set, time = '', cast, eighths, element }, at) => {
    const body = script.elements.slice(element + 1, all[at + 1]?.element)
    const seen = body.flatMap((one) =>
      one.type === 'action' || one.type === 'dialogue' ? [toPlainText(one.text)] : [],
    )
    const summary = oneLine(seen.join(' '), SUMMARY)
    return { scene, heading, int_ext: intExt, set, time, cast: [...cast], eighths, summary }
  })
}
