import { isObject } from './rehearsal-schema.ts'

/** A text in a value that could say that it is a placeholder: where it is, and how well it would carry that (1 is best). */
export interface Mark {
  readonly path: readonly (string | number)[]
  readonly text: string
  readonly carries: number
}

const SAYS = ' (Placeholder text.)'

/** The value with one of its texts saying that it is a placeholder: the best that still fits with it, or none. */
export function marked(value: unknown, marks: readonly Mark[], fits: (candidate: unknown) => boolean): unknown {
  for (const { path, text } of marks.toSorted((a, b) => a.carries - b.carries)) {
    if (at(value, path) !== text) continue
    for (const says of ways(text)) {
      const candidate = replaced(value, path, says)
      if (fits(candidate)) return candidate
    }
  }
  return value
}

/** The longest first: the whole text, its first sentence, its first words. */
function ways(text: string): readonly string[] {
  const first = /^.*?[.?!](?=\s)/su.exec(text)?.[0] ?? text
  const words = first.split(' ')
  const beginnings = words.map((_, dropped) => `${words.slice(0, words.length - dropped).join(' ')}…${SAYS}`)
  return [text + SAYS, first + SAYS, ...beginnings.slice(1)]
}

function at(value: unknown, path: Mark['path']): unknown {
  return path.reduce<unknown>((here, step) => {
    if (Array.isArray(here)) return here[Number(step)]
    return isObject(here) ? here[step] : undefined
  }, value)
}

function replaced(value: unknown, [step, ...rest]: Mark['path'], text: string): unknown {
  if (step === undefined) return text
  if (Array.isArray(value)) return value.with(Number(step), replaced(value[Number(step)], rest, text))
  return isObject(value) ? { ...value, [step]: replaced(value[step], rest, text) } : value
}
