import { z } from 'zod'
import { breakdown, parseFountain, readHeading } from '../../screenplay/index.ts'
import { clip, PAGES_A_DAY } from './settle.ts'
import type { ShootingBlock } from './shapes.ts'

/** What a screenplay asks of a production: the goal and the facts in words, and the shooting in blocks of about a day. */
export interface Shooting {
  readonly goal: string
  /** What the screenplay says of its production, a line each. */
  readonly facts: string
  readonly blocks: readonly ShootingBlock[]
}

/** A screenplay's document, as far as it matters here: its text where it is written, else its outline. */
const Screenplay = z.looseObject({
  title: z.string().nullish(),
  logline: z.string().nullish(),
  fountain: z.string().nullish(),
  scenes: z.array(z.looseObject({ heading: z.string(), pages: z.number().nullish() })).nullish(),
})

interface Scene {
  readonly number: string
  readonly set: string
  readonly cast: readonly string[]
  readonly pages: number | undefined
}

/** Undefined where the document holds no scene. */
export function shootingOf(document: unknown): Shooting | undefined {
  const read = Screenplay.safeParse(document)
  if (!read.success) return undefined
  const { title, logline } = read.data
  const scenes = scenesOf(read.data)
  if (scenes.length === 0) return undefined
  const pages = scenes.every((scene) => scene.pages !== undefined)
    ? scenes.reduce((sum, scene) => sum + (scene.pages ?? 0), 0)
    : undefined
  const sets = [...new Set(scenes.map(({ set }) => set))]
  const cast = [...new Set(scenes.flatMap((scene) => scene.cast))]
  const facts: readonly (string | false)[] = [
    logline ? `Logline: ${clip(logline, 500)}` : false,
    `The screenplay has ${count(scenes.length, 'scene')}${pages === undefined ? '' : ` on ${eighths(pages)} pages`}, ${count(sets.length, 'set')} and ${count(cast.length, 'speaking part')}.`,
    `Sets: ${clip(sets.join('; '), 1500)}.`,
    cast.length > 0 && `Cast: ${clip(cast.join(', '), 800)}.`,
  ]
  return {
    goal: `Produce the film "${title || 'Untitled'}", from pre-production through shooting and post-production to delivery.`,
    facts: facts.filter(Boolean).join('\n'),
    blocks: blocksOf(scenes),
  }
}

function scenesOf({ fountain, scenes }: z.infer<typeof Screenplay>): readonly Scene[] {
  if (fountain) {
    return breakdown(parseFountain(fountain)).map(({ scene, number, set, cast, eighths: length }) => ({
      number: number ?? String(scene),
      set,
      cast,
      pages: length / 8,
    }))
  }
  return (scenes ?? []).map(({ heading, pages }, at) => ({
    number: String(at + 1),
    set: readHeading(heading).set,
    cast: [],
    pages: pages ?? undefined,
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
    const known = day.every(({ pages }) => pages !== undefined)
    const numbers = day.map(({ number }) => number)
    return {
      id: `shoot-${String(at + 1).padStart(2, '0')}`,
      title: clip(`Shoot ${sets.join(', ')}`, 120),
      description: clip(
        `Scenes ${numbers.join(', ')}${known ? `, ${eighths(lengthOf(day))} pages` : ''}${cast.length > 0 ? `, with ${cast.join(', ')}` : ''}.`,
        600,
      ),
      ...(known && { pages: lengthOf(day) }),
    }
  })
}

/** A scene of unknown length counts as a page here, where only the order of a day hangs on it. */
function lengthOf(scenes: readonly Scene[]): number {
  return scenes.reduce((sum, { pages }) => sum + (pages ?? 1), 0)
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
