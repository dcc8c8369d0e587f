import { describe, expect, test } from 'vitest'
import type { JsonSchema } from '../../../src/contract/generate.ts'
import { createSchemaCheck } from '../../../src/router/json/validate.ts'
import { realWorld } from '../../../src/world.ts'

const world = realWorld()
const CAST = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://example.com/cast',
  type: 'object',
  properties: { name: { type: 'string' }, role: { enum: ['lead', 'extra'] }, on: { type: 'string', format: 'date' } },
  required: ['name'],
  additionalProperties: false,
}

async function problemsOf(schema: JsonSchema, value: unknown): Promise<readonly string[] | undefined> {
  const check = await createSchemaCheck(world, schema)
  return (await check([{ text: JSON.stringify(value), value }]))[0]
}

const table: readonly [unknown, readonly string[]][] = [
  [{ name: 'Ann' }, []],
  [{ name: 'Ann', on: 'one day' }, []], // `format` is not checked
  [{}, ["the value must have required property 'name'"]],
  [{ name: 1 }, ['/name must be string']],
  [{ name: 'Ann', role: 'star' }, ['/role must be equal to one of the allowed values (["lead","extra"])']],
  [{ name: 'Ann', age: 4 }, ['the value must NOT have additional properties (age)']],
]
test.each(table)('%j has the problems %j', async (value, problems) => {
  expect(await problemsOf(CAST, value)).toEqual(problems)
  // The worker thread gives the same answer.
  expect(await problemsOf({ ...CAST, $id: undefined, uniqueItems: true }, value)).toEqual(problems)
})

test('a schema with an $id may be used again', async () => {
  expect(await problemsOf(structuredClone(CAST), {})).toHaveLength(1)
  expect(await problemsOf({ ...CAST, title: 'another' }, {})).toHaveLength(1)
})

test('an older draft is read as draft 2020-12', async () => {
  const old = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'string' }
  expect(await problemsOf(old, 1)).toEqual(['the value must be string'])
})

test.each([
  [{ type: 'strnig' }, 'type must be'],
  [{ type: 'object', properties: { a: { $ref: '#/$defs/none' } } }, "can't resolve reference #/$defs/none"],
  [{ type: 'string', pattern: '(' }, 'Invalid regular expression'],
])('%j is refused with the reason', async (schema, message) => {
  await expect(createSchemaCheck(world, schema)).rejects.toMatchObject({
    failure: { kind: 'invalid_request', field: 'json_schema' },
    message: expect.stringContaining(message),
  })
})

describe('a hostile schema does not block the process', () => {
  const tree = {
    anyOf: [{ properties: { next: { $ref: '#/$defs/tree' } } }, { properties: { next: { $ref: '#/$defs/tree' } } }],
  }
  const chain = (depth: number): unknown => (depth === 0 ? { next: 1 } : { next: chain(depth - 1) })
  test.each<[string, JsonSchema, unknown]>([
    ['a pattern that backtracks', { type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(40)}!`],
    ['references that branch', { $ref: '#/$defs/tree', $defs: { tree: { ...tree, required: ['never'] } } }, chain(40)],
  ])(
    '%s ends in time with the reason',
    async (_, schema, value) => {
      const block = watchEventLoop()
      await expect(problemsOf(schema, value)).rejects.toMatchObject({
        failure: { kind: 'invalid_request', field: 'json_schema' },
        message: expect.stringContaining('takes more than 2 s'),
      })
      expect(block()).toBeLessThan(500) // 50 ms on a quiet machine
      // The next check starts another thread.
      expect(await problemsOf({ type: 'string', pattern: '^a+$' }, 'aaa')).toEqual([])
    },
    20_000,
  )

  test('one of 10 MB is refused', async () => {
    const properties = Object.fromEntries(Array.from({ length: 400_000 }, (_, n) => [`p${n}`, { type: 'string' }]))
    await expect(createSchemaCheck(world, { properties })).rejects.toThrow('larger than 256,000 characters')
  })
})

/** The longest block of the event loop since the call, in ms. */
function watchEventLoop(): () => number {
  let last = performance.now()
  let longest = 0
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last - 10)
    last = performance.now()
  }, 10)
  return () => {
    clearInterval(timer)
    return longest
  }
}
