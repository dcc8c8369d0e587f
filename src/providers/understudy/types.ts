import type { JsonSchema } from '../../contract/generate.ts'
import type { RandomSource } from './random.ts'
import type { Writer } from './writer.ts'

/** The kind of a scene's item, as its tag names it. Tags that are not recognised are `other`. */
export type SceneElement = 'action' | 'speech' | 'cue' | 'parenthetical' | 'transition' | 'heading' | 'other'

export interface Tag {
  /** As the schema spells it: `dialogue`. */
  readonly word: string
  readonly element: SceneElement
}

/** The place of a value in the answer: its name and the facts about its neighbours that decide its text. */
export interface Field {
  /** The property's name, or that of the list it is an item of. */
  readonly name: string
  readonly description: string
  /** The name of the list that the object around it is an item of: `tasks`, `characters`. */
  readonly listName: string
  /** Its position in that list, from 0. */
  readonly index: number
  /** The length of that list; 0 outside a list. */
  readonly listLength: number
  /** The plan's language rather than the play's. */
  readonly isPlan: boolean
  /** The scene element of the object around it. */
  readonly element: SceneElement | undefined
}

export interface FieldSlot extends Field {
  readonly path: readonly (string | number)[]
  /** The items before the one that this is part of. */
  readonly previousItems: readonly unknown[]
  /** The tag chosen for the object this is part of. */
  readonly tag: Tag | undefined
}

/** A text that can say that the answer is a placeholder, and how suitable it is (1 is best). */
export interface MarkablePlace {
  readonly path: readonly (string | number)[]
  readonly text: string
  readonly markRank: number
}

export interface FillContext {
  readonly root: JsonSchema
  readonly writer: Writer
  readonly random: RandomSource
  readonly startDate: string
  /** The ids of finished lists, by the singular of the list's name: `task` -> `t1`, `t2`. */
  readonly idsByList: Map<string, readonly unknown[]>
  readonly marks: MarkablePlace[]
}
