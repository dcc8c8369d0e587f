import type { Tag } from './tags.ts'

/**
 * A screenplay as a tree: the title page and the elements in order, one element a paragraph, as Final Draft counts them.
 *
 * A `text` holds Fountain's inline markup (`**bold**`, `*italic*`, `_underline_`, `[[note]]`, `\*` for a bare star) and
 * `\n` where the writer broke the line; `visible` in `inline.ts` tells what of it is seen. A well-formed script has its
 * parentheticals, dialogue and lyrics of a speech right after the `character` that speaks them, no two dialogues in a
 * row, no blank line inside an action, and no empty action at its beginning or end.
 */
export interface Script {
  readonly titlePage: readonly TitleEntry[]
  readonly elements: readonly ScriptElement[]
}

/** One key of the title page, as it is spelled, with its lines. */
export interface TitleEntry {
  readonly key: string
  readonly values: readonly string[]
}

export type ScriptElement =
  | SceneHeading
  | Character
  | Action
  /** Without its brackets. */
  | TextElement<'parenthetical'>
  /** An empty line in it is a pause the writer left inside the speech. */
  | TextElement<'dialogue'>
  /** Sung lines, in a speech or alone. */
  | TextElement<'lyrics'>
  | TextElement<'transition'>
  | TextElement<'centered'>
  /** Not printed: a note, a comment, a synopsis on a line of its own. */
  | TextElement<'note'>
  | TextElement<'boneyard'>
  | TextElement<'synopsis'>
  | Section
  | PageBreak

export interface SceneHeading extends Taggable {
  readonly type: 'scene_heading'
  /** As written, such as `INT. HOUSE - DAY`. */
  readonly text: string
  /** The scene number between `#` marks. */
  readonly number?: string
}

export interface Character extends Taggable {
  readonly type: 'character'
  readonly name: string
  /** What follows the name in brackets, without them: `V.O.`, `on the radio`. */
  readonly extensions: readonly string[]
  /** Spoken at the same time as the speech before it. */
  readonly dual?: true
}

/** An empty text is one more blank line. */
export interface Action extends Taggable {
  readonly type: 'action'
  readonly text: string
}

export interface Section extends Taggable {
  readonly type: 'section'
  readonly depth: number
  readonly text: string
}

export interface PageBreak extends Located {
  readonly type: 'page_break'
}

interface TextElement<Type extends string> extends Taggable {
  readonly type: Type
  readonly text: string
}

interface Taggable extends Located {
  /** What of it a production has to provide; never an empty list. */
  readonly tags?: readonly Tag[]
}

interface Located {
  /** The lines it was read from, the first being 1; absent in a script that was not read from text. */
  readonly at?: { readonly from: number; readonly to: number }
}
