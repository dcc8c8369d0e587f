export { breakdown, type SceneBreakdown } from './breakdown.ts'
export { fromFdx } from './fdx/read.ts'
export { toFdx } from './fdx/write.ts'
export { fix } from './fix.ts'
export { type Heading, readHeading } from './heading.ts'
export { toHtml } from './html/index.ts'
export { type Run, runs, visible } from './inline.ts'
export { type Finding, type LintOptions, lint, RULES, type Rule } from './lint.ts'
export { LINES_PER_PAGE, measure, type Page, type PageLine, type PageOptions, paginate } from './paginate.ts'
export { parseFountain } from './parse.ts'
export { type PdfOptions, toPdf } from './pdf/index.ts'
export { uncovered } from './pdf/uncovered.ts'
export { printFountain } from './print.ts'
export { TAG_CATEGORIES, type Tag, type TagCategory, tagsOf } from './tags.ts'
export type {
  Action,
  Character,
  Element,
  PageBreak,
  SceneHeading,
  Script,
  Section,
  TitleEntry,
} from './types.ts'
