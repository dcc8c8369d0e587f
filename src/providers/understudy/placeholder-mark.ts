import { isObject } from './schema.ts'
import type { MarkablePlace } from './types.ts'

/** The mark in one text of each answer, because readers must not take the answer for a model's. */
export const PLACEHOLDER_MARK = '(Placeholder text.)'
const PLACEHOLDER_SUFFIX = ` ${PLACEHOLDER_MARK}`

/** The value with one of its texts saying that it is a placeholder: the best that still fits with it, or none. */
export function markPlaceholder(
  value: unknown,
  marks: readonly MarkablePlace[],
  fits: (candidate: unknown) => boolean,
): unknown {
  for (const { path, text } of marks.toSorted((a, b) => a.markRank - b.markRank)) {
    if (getAtPath(value, path) !== text) continue
    for (const variant of markedVariants(text)) {
      const candidate = replaceAtPath(value, path, variant)
      if (fits(candidate)) return candidate
    }
  }
  return value
}

/** The longest first: the whole text, its first sentence, its first words. */
function markedVariants(text: string): readonly string[] {
  const first = /^.*?[.?!](?=\s)/su.exec(text)?.[0] ?? text
  const words = first.split(' ')
  const beginnings = words.map(
    (_, dropped) => `${words.slice(0, words.length - dropped).join(' ')}…${PLACEHOLDER_SUFFIX}`,
  )
  return [text + PLACEHOLDER_SUFFIX, first + PLACEHOLDER_SUFFIX, ...beginnings.slice(1)]
}

function getAtPath(value: unknown, path: MarkablePlace['path']): unknown {
  return path.reduce<unknown>((here, step) => {
    if (Array.isArray(here)) return here[Number(step)]
    return isObject(here) ? here[step] : undefined
  }, value)
}

function replaceAtPath(value: unknown, [step, ...rest]: MarkablePlace['path'], text: string): unknown {
  if (step === undefined) return text
  if (Array.isArray(value)) return value.with(Number(step), replaceAtPath(value[Number(step)], rest, text))
  return isObject(value) ? { ...value, [step]: replaceAtPath(value[step], rest, text) } : value
}
