interface JsonAnswer {
  readonly value: unknown
  readonly warnings: readonly string[]
}

/**
 * A JSON answer as a value; undefined where the text is no JSON, as in an answer that calls tools. Digits that a
 * JavaScript number cannot hold are lost in the value and kept in the text, and a warning says so.
 */
export function parseJsonAnswer(text: string): JsonAnswer | undefined {
  let inexact = 0
  const countInexact = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
    if (typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')) inexact += 1
    return value
  }
  const value = parseOrUndefined(text, countInexact) ?? parseOrUndefined(text)
  if (value === undefined) return undefined
  const many = inexact === 1 ? 'One number is' : `${inexact} numbers are`
  return {
    value: value.parsed,
    warnings: inexact === 0 ? [] : [`${many} too large for JSON readers: \`text\` has every digit, \`json\` may not.`],
  }
}

/** Without a reviver, JSON of any depth can be parsed. */
function parseOrUndefined(
  text: string,
  reviver?: (key: string, value: unknown) => unknown,
): { readonly parsed: unknown } | undefined {
  try {
    return { parsed: JSON.parse(text, reviver) }
  } catch {
    return undefined
  }
}
