import type { z } from 'zod'
import { findNearestNames } from '../contract/nearest.ts'
import { type ConfigFile, configFileSchema } from './schema.ts'
import { parseJsonWithComments } from './text-file.ts'

/** The settings of an untrusted `showrunner.json` that are not taken, by path in the file (`routing.default_model`). */
export type RefusedSettings = readonly string[]

/**
 * Reads the text of a `showrunner.json`. A trusted file is read whole. In an untrusted one only the settings it may set are read
 * and checked; the rest is named in `refused`. Every problem goes to `problems`, with the path and its fix.
 */
export function parseConfigFile(
  text: string,
  path: string,
  trusted: boolean,
  problems: string[],
): { readonly config: ConfigFile; readonly refused: RefusedSettings } {
  let json: unknown
  try {
    json = parseJsonWithComments(text)
  } catch (error) {
    problems.push(`${path} is not valid JSON (${error instanceof Error ? error.message : 'unreadable'}): fix it there`)
    return { config: {}, refused: [] }
  }
  const refused: string[] = []
  const result = configFileSchema().safeParse(trusted ? json : withoutRefused(json, refused))
  if (result.success) return { config: result.data, refused }
  problems.push(...result.error.issues.flatMap((issue) => describeIssue(issue).map((problem) => `${path}: ${problem}`)))
  return { config: {}, refused }
}

/** Takes out what an untrusted file may not set, whatever its form: a stranger's file cannot stop the start by it. */
function withoutRefused(json: unknown, refused: string[]): unknown {
  if (!isObject(json)) return json
  const { storage, routing, providers, models, ...rest } = json
  if (storage !== undefined) refused.push('storage')
  const { fallbacks, ...otherRouting } = isObject(routing) ? routing : {}
  refused.push(...Object.keys(otherRouting).map((key) => `routing.${key}`))
  const { auto, ...aliases } = isObject(models) ? models : {}
  if (auto !== undefined) refused.push('models.auto')
  return {
    ...rest,
    ...(fallbacks !== undefined && { routing: { fallbacks } }),
    ...(models !== undefined && { models: isObject(models) ? aliases : models }),
    ...(providers !== undefined && {
      providers: isObject(providers) ? withoutKeyNames(providers, refused) : providers,
    }),
  }
}

/** `api_key_env` of an untrusted file could name any secret of the environment. */
function withoutKeyNames(providers: Readonly<Record<string, unknown>>, refused: string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(providers).map(([id, provider]) => {
      if (!isObject(provider) || provider['api_key_env'] === undefined) return [id, provider]
      refused.push(`providers.${id}.api_key_env`)
      const { api_key_env: _, ...rest } = provider
      return [id, rest]
    }),
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type Issue = z.core.$ZodIssue

/** A problem of the schema in plain words, one sentence for each wrong key. Values are not shown: one may be a key. */
function describeIssue(issue: Issue): readonly string[] {
  const where = issue.path.length > 0 ? issue.path.join('.') : 'the top level'
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${where}: \`${key}\` is not a setting; ${suggestKey(key, issue.path)}`)
  return [`${where}: ${describeFault(issue)}`]
}

function describeFault(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`
    case 'too_big':
      return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') return 'must not be empty'
      return `must be at least ${issue.minimum}`
    case 'invalid_format':
      return issue.format === 'url'
        ? 'must be an address that begins with https:// or http://'
        : 'has a form that is not allowed here'
    case 'invalid_key':
      return 'is not a name that may stand here: see showrunner.schema.json'
    default:
      return issue.message
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object, with keys in braces',
  record: 'an object, with keys in braces',
  string: 'a text in quotation marks',
}

function suggestKey(key: string, at: readonly PropertyKey[]): string {
  const [near] = findNearestNames(key, settingNames(at), 1)
  return near ? `did you mean \`${near}\`?` : 'remove it, or see showrunner.schema.json for what may stand here'
}

/** The settings that are allowed at a path of the file. */
function settingNames(path: readonly PropertyKey[]): readonly string[] {
  let schema: unknown = configFileSchema()
  for (const key of path) {
    const { def } = unwrap(schema)
    schema = def.shape?.[String(key)] ?? def.valueType ?? def.element
    if (schema === undefined) return []
  }
  return Object.keys(unwrap(schema).def.shape ?? {})
}

interface SchemaNode {
  readonly def: {
    readonly shape?: Readonly<Record<string, unknown>>
    readonly valueType?: unknown
    readonly element?: unknown
    readonly innerType?: unknown
  }
}

function unwrap(schema: unknown): SchemaNode {
  const node = schema as SchemaNode
  return node.def.innerType === undefined ? node : unwrap(node.def.innerType)
}
