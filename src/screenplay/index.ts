export { breakdown, type SceneBreakdown } from './breakdown.ts'
export { parseRuns, type Run, toPlainText } from './emphasis.ts'
export { fromFdx } from './fdx/read.ts'
export { toFdx } from './fdx/write.ts'
export { type Change, fix } from './fix.ts'
export { parseFountain } from './fountain/parse.ts'
export { printFountain } from './fountain/print.ts'
export { type Heading, readHeading } from './heading.ts'
export { toHtml } from './html/index.ts'
export {
  LINES_PER_PAGE,
  measurePages,
  type Page,
  type PageLine,
  type PageOptions,
  paginate,
} from './layout/paginate.ts'
export { type Finding, type LintMode, type LintOptions, lint, RULES, type Rule, type Severity } from './lint.ts'
export { type PdfOptions, toPdf } from './pdf/index.ts'
export { missingGlyphs } from './pdf/missing-glyphs.ts'
export { readScript } from './read-script.ts'
export { TAG_CATEGORIES, type Tag, type TagCategory, tagsOf } from './tags.ts'
export type {
  Action,
  Character,
  PageBreak,
  PageSetup,
  SceneHeading,
  Script,
  ScriptElement,
  Section,
  TitleEntry,
} from './types.ts'
