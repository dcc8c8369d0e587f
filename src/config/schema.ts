import { z } from 'zod'
import { LIMIT_KINDS, type LimitSetting } from '../contract/limit.ts'
import { WIRES } from '../contract/provider.ts'
import { STRATEGIES } from '../contract/registry.ts'

/**
 * `showrunner.json`, whole. Every key is optional. `showrunner.schema.json` is made from this. Its parts are made when
 * they are asked for: most starts find no such file, and need not pay for it.
 */
export type ConfigFile = z.output<ReturnType<typeof configFileSchema>>

const usd = () => z.number().min(0).max(1_000_000)
const ms = (most: number) => z.int().min(1).max(most)
const pattern = () =>
  z.string().min(1).describe('`*`, a provider (`openai`), or `provider/model` with `*` for any run of characters.')
const modelName = () => z.string().min(1)

const prices = () =>
  z
    .strictObject({
      input_usd_per_mtok: usd(),
      cached_input_usd_per_mtok: usd().optional(),
      cache_write_usd_per_mtok: usd().optional(),
      output_usd_per_mtok: usd(),
      reasoning_usd_per_mtok: usd().optional(),
    })
    .describe('US dollars for a million tokens.')

const provider = () =>
  z.strictObject({
    wire: z
      .enum(WIRES)
      .optional()
      .describe('How it is spoken to. Needed for a provider the catalog does not know; `openai-chat` where absent.'),
    base_url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Its address, such as `https://llm.example.com/v1`.'),
    api_key: z.string().min(1).optional().describe('The key itself. Better: `api_key_env`.'),
    api_key_env: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
      .optional()
      .describe('The environment variable that holds the key.'),
    headers: z.record(z.string(), z.string()).optional().describe('Sent with every request.'),
    api_version: z.string().optional().describe('Azure only: a dated `api-version`. Absent: the v1 API.'),
    deployments: z.record(z.string(), z.string()).optional().describe('Azure only: model -> deployment.'),
    models: z.array(modelName()).optional().describe('Model ids it serves, where the catalog does not know them.'),
    local: z.boolean().optional().describe('Runs on this machine and costs nothing.'),
    enabled: z.boolean().optional().describe('False: as if it had no key.'),
  })

const routing = () =>
  z.strictObject({
    default_model: modelName().optional().describe('What `auto` means. SHOWRUNNER_MODEL wins over it.'),
    fallbacks: z
      .array(modelName())
      .optional()
      .describe('Tried after the default model, in order. SHOWRUNNER_FALLBACKS wins over it.'),
    strategy: z
      .enum(STRATEGIES)
      .optional()
      .describe("The order of an alias's models and of what `auto` finds. Default: order."),
    max_attempts_per_model: z
      .int()
      .min(1)
      .max(5)
      .optional()
      .describe('Requests to one model in one call at most, the first included. Default: 3.'),
    max_attempts: z
      .int()
      .min(1)
      .max(20)
      .optional()
      .describe('Requests in one call at most, whatever the models. Default: 8.'),
    max_wait_ms: ms(600_000)
      .optional()
      .describe('The longest wait before another try, or for a limit to free. Default: 15000.'),
    cooldown_ms: ms(3_600_000)
      .optional()
      .describe('How long a failing model rests, unless its provider names a time. Default: 20000.'),
    on_stream_error: z
      .enum(['continue', 'fail'])
      .optional()
      .describe(
        'When a stream breaks after text was sent: another model goes on from it, or it fails. Default: continue.',
      ),
    hedge_after_ms: ms(600_000)
      .optional()
      .describe('Ask a second model beside the first when that has been silent for so long. Default: never.'),
    timeouts: z
      .strictObject({
        connect_ms: ms(3_600_000).optional().describe('To the response headers. Default: 30000.'),
        first_token_ms: ms(7_200_000).optional().describe('From there to the first sign of life. Default: 120000.'),
        idle_ms: ms(7_200_000).optional().describe('Between signs of life. Default: 60000.'),
        total_ms: ms(86_400_000).optional().describe('The whole call, fallbacks included. Default: 600000.'),
      })
      .optional(),
  })

const limit = () => {
  const names = Object.values(LIMIT_KINDS).map(({ setting }) => setting)
  return z.strictObject({ match: pattern(), ...limitSettings() }).refine((rule) => Object.keys(rule).length > 1, {
    error: `names no limit: add ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`,
  })
}

/** A setting for each row of `LIMIT_KINDS`. */
function limitSettings() {
  const rows = Object.values(LIMIT_KINDS).map(({ setting, max }) => [setting, z.int().min(1).max(max).optional()])
  return Object.fromEntries(rows) as Record<LimitSetting, z.ZodOptional<z.ZodInt>>
}

const budget = () =>
  z.strictObject({
    name: z.string().min(1).max(60).optional().describe('As people see it. Default: made from the rest.'),
    match: pattern().optional().describe('What it covers. Default: everything.'),
    per: z.enum(['day', 'month', 'total']).describe('Days and months are UTC.'),
    usd: usd(),
  })

export const configFileSchema = () =>
  z.strictObject({
    $schema: z.string().optional(),
    providers: z
      .record(z.string().regex(/^[a-z0-9][a-z0-9._-]*$/), provider())
      .optional()
      .describe('Settings for known vendors, and providers of your own.'),
    models: z
      .record(z.string().regex(/^[^/\s]+$/), z.array(modelName()).min(1))
      .optional()
      .describe('Aliases: name -> models in order. `auto` may be one.'),
    routing: routing().optional(),
    limits: z.array(limit()).optional(),
    budgets: z.array(budget()).optional(),
    prices: z
      .record(z.string().regex(/^[^/]+\/.+$/), prices())
      .optional()
      .describe('`provider/model` -> its price. Wins over every other source.'),
    storage: z
      .strictObject({
        home: z
          .string()
          .min(1)
          .optional()
          .describe('Where ledger, scripts and plans live. SHOWRUNNER_HOME wins over it.'),
      })
      .optional(),
  })
