import type { Document } from './document.ts'
import { currentScenes } from './render.ts'

/** The parts of a running script that are new since the last answer. */
export interface Delivery {
  readonly story: boolean
  readonly beats: boolean
  readonly characters: boolean
  /** Numbers of scenes, from 1. */
  readonly scenes: readonly number[]
  /** The Fountain of these scenes. */
  readonly text: string
}

/** The parts of each script that this process has delivered to callers. */
export interface DeliveryLog {
  /** The undelivered parts of a script, which then count as delivered. */
  take(document: Document): Delivery
}

/** Scripts kept in the log. A poll of an older script delivers everything again. */
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
