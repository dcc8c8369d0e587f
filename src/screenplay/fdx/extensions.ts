import { TAG_CATEGORIES } from '../tags.ts'
import type { Script, ScriptElement } from '../types.ts'
import { isXmlElement, type XmlNode } from './xml.ts'

/** The data of a processing instruction: what FDX has no form for. */
export interface RoundTripData {
  readonly element?: ScriptElement
  readonly titlePage?: Script['titlePage']
}

/** JSON in plain letters, with no `>` that could end the instruction. */
export function writeRoundTripData(data: RoundTripData): string {
  const json = JSON.stringify(data).replace(
    /[>\u007F-\uFFFF]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `    <?showrunner ${json}?>\n`
}

/** Reads what `writeRoundTripData` wrote; undefined where the node is another instruction, or is damaged. */
export function readRoundTripData(node: XmlNode): RoundTripData | undefined {
  if (typeof node === 'string' || isXmlElement(node) || node.instruction !== 'showrunner') return undefined
  let data: unknown
  try {
    data = JSON.parse(node.content)
  } catch {
    return undefined
  }
  return isRoundTripData(data) ? data : undefined
}

type Check = (value: unknown) => boolean

const isString: Check = (value) => typeof value === 'string'
const isInteger: Check = (value) => Number.isInteger(value)
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const arrayOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const objectOf =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(fields).every(([key, check]) => check(Reflect.get(value, key)))

const tags = optional(
  arrayOf(
    objectOf({
      category: (value) => TAG_CATEGORIES.some((one) => one === value),
      text: isString,
      nth: optional(isInteger),
      label: optional(isString),
    }),
  ),
)
const plainElement = objectOf({ text: isString, tags })
const ELEMENTS: Readonly<Record<ScriptElement['type'], Check>> = {
  scene_heading: objectOf({ text: isString, number: optional(isString), tags }),
  character: objectOf({
    name: isString,
    extensions: arrayOf(isString),
    dual: optional((value) => value === true),
    notes: optional(isString),
    tags,
  }),
  action: plainElement,
  parenthetical: plainElement,
  dialogue: plainElement,
  lyrics: objectOf({ text: isString, alone: optional((value) => value === true), tags }),
  transition: plainElement,
  centered: plainElement,
  note: plainElement,
  boneyard: plainElement,
  synopsis: plainElement,
  section: objectOf({ text: isString, depth: isInteger, tags }),
  page_break: () => true,
}
const isValidRoundTripData = objectOf({
  element: optional((value) => {
    const check = Object.entries(ELEMENTS).find(([type]) => objectOf({ type: (one) => one === type })(value))?.[1]
    return check?.(value) === true
  }),
  titlePage: optional(arrayOf(objectOf({ key: isString, values: arrayOf(isString) }))),
})

function isRoundTripData(value: unknown): value is RoundTripData {
  return isValidRoundTripData(value)
}
