import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Contestant, KEY, type Open, QUESTION, type Setting, SOUND } from './contestant.ts'
import { rawSdk } from './openai.ts'
import { portkey } from './portkey.ts'

const root = join(import.meta.dirname, '../..')

export const CONTESTANTS = {
  openai: { name: '`openai` SDK, raw', judge: false, open: rawSdk },
  showrunner: { name: 'Showrunner, in-process', judge: false, open: showrunner },
  'ai-sdk': { name: 'Vercel AI SDK', judge: true, open: fromJudges('ai-sdk') },
  'pi-ai': { name: 'pi-ai', judge: true, open: fromJudges('pi-ai') },
  portkey: { name: 'Portkey gateway', judge: true, open: portkey },
} as const satisfies Record<string, { readonly name: string; readonly judge: boolean; readonly open: Open }>

export type Id = keyof typeof CONTESTANTS

/** What is said of a peer that breaks, and is left out; what is ours, or the baseline, ends the bench. */
export function leftOut(id: Id, error: unknown): string {
  if (!CONTESTANTS[id].judge) throw error
  return `${CONTESTANTS[id].name} broke and was left out: ${String(error).split('\n')[0]}\n`
}

/** The built library with everything on: limits, a budget, prices, the ledger on the disk. Upstream it always streams. */
async function showrunner({ origin, folder, patienceMs, failing }: Setting): Promise<Contestant> {
  const built = join(root, 'dist/index.js')
  const { createShowrunner } = (await import(built)) as typeof import('../../src/index.ts')
  const { VERSION } = await import('../../src/version.ts')
  const provider = { base_url: `${origin}/v1`, api_key: KEY, wire: 'openai-chat' }
  const ids = new Map(failing.map((model, n) => [model, `failing${n}`]))
  const price = { input_usd_per_mtok: 1, output_usd_per_mtok: 4 }
  const config = {
    providers: {
      bench: { ...provider, models: [SOUND] },
      // One account each, so that the rest of one is not the rest of another.
      ...Object.fromEntries([...ids].map(([model, id]) => [id, { ...provider, models: [model] }])),
    },
    prices: {
      [`bench/${SOUND}`]: price,
      ...Object.fromEntries([...ids].map(([model, id]) => [`${id}/${model}`, price])),
    },
    limits: [{ match: '*', requests_per_minute: 1_000_000, tokens_per_minute: 1_000_000_000, concurrent: 1_000 }],
    budgets: [{ per: 'day', usd: 100_000 }],
    ...(patienceMs && {
      routing: { timeouts: { connect_ms: patienceMs, first_token_ms: patienceMs, silence_ms: patienceMs } },
    }),
  }
  writeFileSync(join(folder, 'showrunner.json'), JSON.stringify(config))
  const { generate } = createShowrunner({ env: { HOME: folder, SHOWRUNNER_HOME: folder }, cwd: folder })
  const never = new AbortController().signal
  let calls = 0
  return {
    version: VERSION,
    async ask(_mode, asked) {
      const text: string[] = []
      let finish: string | undefined
      const model = `${ids.get(asked) ?? 'bench'}/${asked}`
      const fallbacks = ids.has(asked) ? [`bench/${SOUND}`] : []
      const request = {
        model,
        fallbacks,
        messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: QUESTION }] }],
      }
      for await (const event of generate(request, {
        id: `bench${process.pid}x${calls++}`,
        tool: 'library',
        signal: never,
      })) {
        if (event.type === 'text') text.push(event.text)
        if (event.type === 'end') finish = event.finish
      }
      return { text: text.join(''), finish }
    },
  }
}

/** Those of others live beside the packages they need. */
function fromJudges(id: string): Open {
  return async (setting) => {
    const { open } = (await import(join(root, `judges/contestants/${id}.ts`))) as { readonly open: Open }
    return open(setting)
  }
}
