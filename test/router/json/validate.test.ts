import { expect, test } from 'vitest'
import { getValidator } from '../../../src/router/json/validate.ts'

const CAST = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://example.com/cast',
  type: 'object',
  properties: { name: { type: 'string' }, role: { enum: ['lead', 'extra'] }, on: { type: 'string', format: 'date' } },
  required: ['name'],
  additionalProperties: false,
}

test.each([
  [{ name: 'Ann' }, []],
  [{ name: 'Ann', on: 'one day' }, []], // `format` is not checked
  [{}, ["the value must have required property 'name'"]],
  [{ name: 1 }, ['/name must be string']],
  [{ name: 'Ann', role: 'star' }, ['/role must be equal to one of the allowed values (["lead","extra"])']],
  [{ name: 'Ann', age: 4 }, ['the value must NOT have additional properties (age)']],
])('%j: %j', async (value, problems) => {
  expect((await getValidator(CAST))(value)).toEqual(problems)
})

test('the same schema is compiled once, and one with an $id may come again', async () => {
  expect(await getValidator(CAST)).toBe(await getValidator(structuredClone(CAST)))
  expect(await getValidator({ ...CAST, title: 'another' })).not.toBe(await getValidator(CAST))
})

test('an older draft is read as this one', async () => {
  const old = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'string' }
  expect((await getValidator(old))(1)).toEqual(['the value must be string'])
})

test.each([
  [{ type: 'strnig' }, 'type must be'],
  [{ type: 'object', properties: { a: { $ref: '#/$defs/none' } } }, "can't resolve reference #/$defs/none"],
  [{ type: 'string', pattern: '(' }, 'Invalid regular expression'],
])('%j is none: it says what is wrong with it', async (schema, message) => {
  await expect(getValidator(schema)).rejects.toMatchObject({
    failure: { kind: 'invalid_request', field: 'json_schema' },
    message: expect.stringContaining(message),
  })
})
