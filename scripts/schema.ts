import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { configFileSchema } from '../src/config/schema.ts'

/** Writes `showrunner.schema.json`, which editors use to check and complete `showrunner.json`. */
if (import.meta.main) writeFileSync(join(import.meta.dirname, '../showrunner.schema.json'), configSchema())

export function configSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(configFileSchema(), { io: 'input' })
  return `${JSON.stringify({ $schema, title: 'showrunner.json', ...schema }, null, 2)}\n`
}
