import type { Script, ScriptElement } from '../types.ts'

/** A defect of a script's form, as it is shown to people. */
export interface Finding {
  /** The code of the rule: `F01` … */
  readonly code: string
  readonly severity: Severity
  /** From 1. */
  readonly line: number
  /** From 1; absent before the first heading, and where the finding concerns the whole script. */
  readonly scene?: number
  readonly message: string
  /** The way to correct it. */
  readonly fix?: string
}

export type Severity = 'error' | 'warn' | 'info'

/** Severities of a gate for generated scripts, or of advice to a person. */
export type LintMode = 'generated' | 'authored'

export interface LintOptions {
  /** Default `authored`. */
  readonly mode?: LintMode
  /** All names that may speak, in capitals. */
  readonly cast?: readonly string[]
  readonly targetPages?: number
  /** Words that the script must not contain, such as those of a rating; whole words in any case. */
  readonly avoid?: readonly string[]
}

/**
 * One check. The comment above each says what it finds, and its examples are its tests: after `@example` are the lines
 * that it finds wrong in the text below, or `none`, and before them the options, where it needs some. With `fixed`, the
 * second text is what `fix` makes of the first.
 */
export interface Rule {
  readonly code: string
  /** The subject, as a result names it. */
  readonly title: string
  /** The requirement that it checks, in one sentence. */
  readonly checks: string
  readonly severity: Readonly<Record<LintMode, Severity>>
  /** The change that `fix` makes for it; absent: it only reports. */
  readonly fixes?: string
  check(script: Script, options: LintOptions): readonly Problem[]
}

/** The raw result of a rule. Without `element` and `line` it concerns the whole script. */
export interface Problem {
  /** An index in `script.elements`. */
  readonly element?: number
  readonly line?: number
  /** Where it differs from the severity of the rule. */
  readonly severity?: Severity
  readonly message: string
  readonly fix?: string
  /** A change that leaves no doubt: these elements in place of `count` from `from` on. */
  readonly autofix?: { readonly from: number; readonly count: number; readonly replacement: readonly ScriptElement[] }
}
