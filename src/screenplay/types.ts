import type { TagCategory } from './tag-categories.ts'

/**
 * A screenplay as a tree: the title page and the elements in order, one element a paragraph, as Final Draft counts them.
 *
 * A `text` holds Fountain's inline markup (`**bold**`, `*italic*`, `_underline_`, `[[note]]`, `\*` for a bare star) and
 * `\n` where the writer broke the line; `toPlainText` gives its printed text. A well-formed script has the
 * parentheticals, dialogue and lyrics of a speech right after its `character`, no two dialogues in a row, no blank line
 * inside an action, and no empty action at its beginning or end.
 */
export interface Script {
  readonly titlePage: readonly TitleEntry[]
  readonly elements: readonly ScriptElement[]
  /** How its pages are laid out, where a Final Draft file says so; absent: as in a new Final Draft screenplay. */
  readonly setup?: PageSetup
  /** The rest of the Final Draft file that it was read from, for `toFdx`: its elements beside the text, as XML. */
  readonly fdx?: FdxRest
}

/** The layout of pages. Absent values are those of a new Final Draft screenplay. */
export interface PageSetup {
  readonly paper?: 'letter' | 'a4'
  /** The line spacing of dialogue; `double` is the form of comedy shot with several cameras. */
  readonly spacing?: 'single' | 'double'
  readonly paragraphs?: Readonly<Partial<Record<SetupKind, ParagraphSetup>>>
}

export type SetupKind = 'scene_heading' | 'action' | 'character' | 'parenthetical' | 'dialogue' | 'transition'

/** One kind of paragraph: its edges in inches from the left edge of the paper, and the blank lines above it. */
export interface ParagraphSetup {
  readonly left?: number
  readonly right?: number
  readonly linesAbove?: number
}

/** XML of a Final Draft file by the name of the element that holds it; `titlePage` is written while its text is the same. */
export interface FdxRest {
  readonly titlePage?: string
  /** Every other child of the root but the text and its tags, in order. */
  readonly settings: readonly string[]
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
  | Lyrics
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
  /** The texts in brackets after the name, without them: `V.O.`, `on the radio`. */
  readonly extensions: readonly string[]
  /** Spoken at the same time as the speech before it. */
  readonly dual?: true
  /** Notes inside the cue, in their marks, which are not printed: `[[say it slowly]]`. */
  readonly notes?: string
}

/** Sung lines, in a speech or alone. */
export interface Lyrics extends TextElement<'lyrics'> {
  /** They follow a speech without belonging to it. */
  readonly alone?: true
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
  /** The items of it that a production provides; never an empty list. */
  readonly tags?: readonly Tag[]
}

interface Located {
  /** The lines it was read from, the first being 1; absent in a script that was not read from text. */
  readonly at?: { readonly from: number; readonly to: number }
  /**
   * The paragraphs of a Final Draft file that this element and perhaps those after it were read from, as XML. Kept where
   * they hold what the tree has no place for (revision marks, alternates, a type of their own); `toFdx` writes them
   * while the text is unchanged.
   */
  readonly fdx?: string
}

/** An item that a production provides, on the words of an element that name it. Fountain has no form for it. */
export interface Tag {
  readonly category: TagCategory
  /** The words as printed; between them may be any blanks and line breaks. */
  readonly text: string
  /** Which occurrence of the words in the element, from 1; absent: the first that is no part of a longer word, or else the first. */
  readonly nth?: number
  /** The production's name for it; the text where absent. Tags of one category with one label are one item. */
  readonly label?: string
}
