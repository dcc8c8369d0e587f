import { breakdown, readHeading } from '../../screenplay/index.ts'
import { Document } from '../screenwriter/document.ts'
import { scriptOf } from '../screenwriter/render.ts'
import { PAGES_A_DAY } from './settle.ts'
import type { ShootingBlock } from './shapes.ts'
import { clip } from './text.ts'

/** What a screenplay asks of a production: the goal and the facts in words, and the shooting in blocks of about a day. */
export interface Shooting {
  readonly goal: string
  /** What the screenplay says of its production, a line each. */
  readonly facts: string
  readonly blocks: readonly ShootingBlock[]
}

interface Scene {
  readonly number: number
  readonly set: string
  readonly cast: readonly string[]
  readonly pages: number
}

/** Undefined where the screenplay has no scenes yet. What is not written is taken from its outline. */
export function shootingOf(kept: unknown): Shooting | undefined {
  const document = Document.parse(kept)
  const scenes = scenesOf(document)
  if (scenes.length === 0) return undefined
  const { title = document.brief.title, logline } = document.story ?? {}
  const sets = [...new Set(scenes.map(({ set }) => set))]
  const cast = [...new Set(scenes.flatMap((scene) => scene.cast))]
  const facts: readonly (string | false)[] = [
    logline ? `Logline: ${clip(logline, 500)}` : false,
    `The screenplay has ${count(scenes.length, 'scene')} on ${eighths(lengthOf(scenes))} pages, ${count(sets.length, 'set')} and ${count(cast.length, 'speaking part')}.`,
    `Sets: ${clip(sets.join('; '), 1500)}.`,
    cast.length > 0 && `Cast: ${clip(cast.join(', '), 800)}.`,
  ]
  return {
    goal: `Produce the film "${title || 'Untitled'}", from pre-production through shooting and post-production to delivery.`,
    facts: facts.filter(Boolean).join('\n'),
    blocks: blocksOf(scenes),
  }
}

function scenesOf(document: Document): readonly Scene[] {
  const outlined = document.outline?.scenes ?? []
  if (outlined.every(({ done }) => done)) {
    return breakdown(scriptOf(document)).map(({ scene, set, cast, eighths: length }) => ({
      number: scene,
      set,
      cast,
      pages: length / 8,
    }))
  }
  return outlined.map(({ heading, characters, pages }, at) => ({
    number: at + 1,
    set: readHeading(heading).set,
    cast: characters,
    pages,
  }))
}

/** Scenes of one set are shot together; sets are taken in order of appearance until a day is full. */
function blocksOf(scenes: readonly Scene[]): readonly ShootingBlock[] {
  const bySet = Map.groupBy(scenes, ({ set }) => set)
  const days: Scene[][] = []
  for (const here of bySet.values()) {
    const day = days.at(-1)
    if (day && lengthOf(day) + lengthOf(here) <= PAGES_A_DAY) day.push(...here)
    else days.push([...here])
  }
  return days.map((day, at) => {
    const sets = [...new Set(day.map(({ set }) => set))]
    const cast = [...new Set(day.flatMap((scene) => scene.cast))]
    const numbers = day.map(({ number }) => number)
    return {
      id: `shoot-${String(at + 1).padStart(2, '0')}`,
      title: clip(
        `Shoot ${sets.slice(0, 2).join(', ')}${sets.length > 2 ? ` and ${count(sets.length - 2, 'more set')}` : ''}`,
        120,
      ),
      description: clip(
        `${sets.length > 2 ? `${sets.join(', ')}. ` : ''}Scenes ${numbers.join(', ')}, ${eighths(lengthOf(day))} pages${cast.length > 0 ? `, with ${cast.join(', ')}` : ''}.`,
        600,
      ),
      pages: lengthOf(day),
    }
  })
}

function lengthOf(scenes: readonly Scene[]): number {
  return scenes.reduce((sum, { pages }) => sum + pages, 0)
}

/** `2 3/8`, as production offices write it. */
function eighths(pages: number): string {
  const all = Math.max(1, Math.round(pages * 8))
  const [whole, rest] = [Math.floor(all / 8), all % 8]
  return [...(whole > 0 ? [String(whole)] : []), ...(rest > 0 ? [`${rest}/8`] : [])].join(' ')
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
