import type { Script } from '../../screenplay/index.ts'

/** The part of a script that the Screenwriter publishes. The Producer reads nothing else. */
export interface PublishedScript {
  /** Undefined: neither requested nor written yet. */
  readonly title: string | undefined
  readonly logline: string | undefined
  /** The written part. */
  readonly script: Script
  /** True: every scene of the outline is written, so `script` holds all there is. */
  readonly complete: boolean
  /** In order: written scenes and those that are only outlined. */
  readonly scenes: readonly PublishedScene[]
}

export interface PublishedScene {
  readonly heading: string
  /** The summary in the outline, in the writer's words; empty where there is none. */
  readonly summary: string
  /** Names as cues spell them. */
  readonly characters: readonly string[]
  readonly pages: number
}

/** Reads a script by its id; undefined: there is none. */
export type ReadScript = (id: string) => Promise<PublishedScript | undefined>
