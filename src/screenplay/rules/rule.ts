import type { Script, ScriptElement } from '../types.ts'

/** A thing wrong with a script's form. */
export interface Finding {
  /** Of the check: `F01` … */
  readonly code: string
  readonly severity: Severity
  /** From 1. */
  readonly line: number
  /** From 1; absent before the first heading, and where it concerns the whole. */
  readonly scene?: number
  readonly message: string
  /** What to do about it. */
  readonly fix?: string
}

type Severity = 'error' | 'warn' | 'info'

export interface LintOptions {
  /** Severities of a gate for generated scripts, or of advice to a person (the default). */
  readonly mode?: 'generated' | 'authored'
  /** All names that may speak, in capitals. */
  readonly cast?: readonly string[]
  readonly targetPages?: number
  /** Words that must not be in the script, such as those of a rating; whole words in any case. */
  readonly avoid?: readonly string[]
}

/**
 * One check. The comment above each says what it finds. Its examples are its tests: after `@example` stand the lines
 * that it finds wrong in the text below, or `none`, and before them the options, if it needs some. With `mended` the
 * text below that is what `fix` makes of it.
 */
export interface Rule {
  readonly code: string
  /** What it checks, as a result names it. */
  readonly title: string
  readonly severity: { readonly generated: Severity; readonly authored: Severity }
  /** `element` is an index in `script.elements`; neither it nor `line`: the whole script. */
  check(script: Script, options: LintOptions): readonly Problem[]
}

export interface Problem {
  readonly element?: number
  readonly line?: number
  readonly message: string
  readonly fix?: string
  /** How to put it right without a doubt: these elements in the place of `count` from `from` on. */
  readonly autofix?: { readonly from: number; readonly count: number; readonly replacement: readonly ScriptElement[] }
}
