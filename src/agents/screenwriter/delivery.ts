import type { Document } from './document.ts'
import { currentScenes } from './render.ts'

/** What a poll of a running script gives: the parts that are new since the last answer. */
export interface Delivery {
  readonly story: boolean
  readonly beats: boolean
  readonly characters: boolean
  /** Numbers of scenes, from 1. */
  readonly scenes: readonly number[]
  /** Their Fountain. */
  readonly text: string
}

/** Remembers what each script's callers have got from this process. */
export interface DeliveryLog {
  /** What is new in a script, and from now on no longer is. */
  take(document: Document): Delivery
}

/** Scripts that are remembered; of older ones a poll gives everything once more. */
const MAX_SCRIPTS = 100

export function createDeliveryLog(): DeliveryLog {
  const delivered = new Map<string, ReadonlySet<string>>()
  return {
    take(document) {
      const known = delivered.get(document.id) ?? new Set()
      const scenes = currentScenes(document)
      const parts = {
        story: document.story && `story ${JSON.stringify(document.story)}`,
        beats: document.beats && `beats ${JSON.stringify(document.beats)}`,
        characters: document.characters && `characters ${JSON.stringify(document.characters)}`,
      }
      const isNew = (part: string | undefined): boolean => part !== undefined && !known.has(part)
      const fresh = scenes.flatMap(({ text }, at) => (known.has(text) ? [] : [{ number: at + 1, text }]))
      delivered.delete(document.id)
      delivered.set(
        document.id,
        new Set([...Object.values(parts).flatMap((part) => part ?? []), ...scenes.map(({ text }) => text)]),
      )
      for (const oldest of [...delivered.keys()].slice(0, -MAX_SCRIPTS)) delivered.delete(oldest)
      return {
        story: isNew(parts.story),
        beats: isNew(parts.beats),
        characters: isNew(parts.characters),
        scenes: fresh.map(({ number }) => number),
        text: fresh.map(({ text }) => text.trimEnd()).join('\n\n'),
      }
    },
  }
}
