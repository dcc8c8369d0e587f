import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** Runs one statement. All tables are STRICT, so the columns that the text names have the types that `Row` gives them. */
export type Sql = <Row>(text: string, values?: Values) => readonly Row[]

type Values = Readonly<Record<string, string | number | null>>

/**
 * A file's statements, each prepared at its first use. Values have names (`:name`, nowhere else a colon before a
 * letter), and are bound by place, because looking each name up takes four times as long as the insert itself. Every
 * place is a plain `?`: before Node 22.20 and 24.7 `node:sqlite` cannot bind the numbered `?1` by place.
 */
export function createStatementCache(file: Pick<DatabaseSync, 'prepare'>): Sql {
  const cache = new Map<string, Prepared>()
  return <Row>(text: string, values: Values = {}) => {
    const prepared = cache.get(text) ?? prepare(file, text)
    cache.set(text, prepared)
    const parameters = prepared.names.map((name) => requireValue(values, name))
    return prepared.statement.all(...parameters) as readonly unknown[] as readonly Row[]
  }
}

interface Prepared {
  readonly statement: StatementSync
  /** One for each place, in order; a name that repeats in the text repeats here. */
  readonly names: readonly string[]
}

function prepare(file: Pick<DatabaseSync, 'prepare'>, text: string): Prepared {
  const names: string[] = []
  const positionalText = text.replace(/:([A-Za-z]\w*)/g, (_, name: string) => {
    names.push(name)
    return '?'
  })
  return { statement: file.prepare(positionalText), names }
}

function requireValue(values: Values, name: string): SQLInputValue {
  const value = values[name]
  if (value === undefined) throw new TypeError(`the statement has no value for :${name}`)
  return value
}
