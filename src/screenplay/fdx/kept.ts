import { TAG_CATEGORIES } from '../tags.ts'
import type { Element, Script } from '../types.ts'
import { isElement as isXmlElement, type XmlNode } from './xml.ts'

/** What a processing instruction keeps of a script, where FDX has no form for it. */
export interface Kept {
  readonly element?: Element
  readonly titlePage?: Script['titlePage']
}

/** JSON in plain letters, with no `>` that could end the instruction. */
export function keep(kept: Kept): string {
  const json = JSON.stringify(kept).replace(
    /[>\u007F-\uFFFF]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `    <?showrunner ${json}?>\n`
}

/** The inverse; undefined where the node is no instruction of ours, or was spoiled since. */
export function keptIn(node: XmlNode): Kept | undefined {
  if (typeof node === 'string' || isXmlElement(node) || node.instruction !== 'showrunner') return undefined
  let kept: unknown
  try {
    kept = JSON.parse(node.content)
  } catch {
    return undefined
  }
  return isKept(kept) ? kept : undefined
}

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isCount: Check = (value) => Number.isInteger(value)
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(fields).every(([key, check]) => check(Reflect.get(value, key)))

const tags = maybe(
  listOf(
    shape({
      category: (value) => TAG_CATEGORIES.some((one) => one === value),
      text: isText,
      nth: maybe(isCount),
      label: maybe(isText),
    }),
  ),
)
const plain = shape({ text: isText, tags })
const ELEMENTS: Readonly<Record<Element['type'], Check>> = {
  scene_heading: shape({ text: isText, number: maybe(isText), tags }),
  character: shape({ name: isText, extensions: listOf(isText), dual: maybe((value) => value === true), tags }),
  action: plain,
  parenthetical: plain,
  dialogue: plain,
  lyrics: plain,
  transition: plain,
  centered: plain,
  note: plain,
  boneyard: plain,
  synopsis: plain,
  section: shape({ text: isText, depth: isCount, tags }),
  page_break: () => true,
}
const KEPT = shape({
  element: maybe((value) => {
    const check = Object.entries(ELEMENTS).find(([type]) => shape({ type: (one) => one === type })(value))?.[1]
    return check?.(value) === true
  }),
  titlePage: maybe(listOf(shape({ key: isText, values: listOf(isText) }))),
})

function isKept(value: unknown): value is Kept {
  return KEPT(value)
}
