import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configSchema } from '../../scripts/schema.ts'

test('showrunner.schema.json is what the schema makes (npm run schema)', () => {
  expect(readFileSync(join(import.meta.dirname, '../../showrunner.schema.json'), 'utf8')).toBe(configSchema())
})
