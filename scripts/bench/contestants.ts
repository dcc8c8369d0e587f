import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  API_KEY,
  type Contestant,
  type ContestantOptions,
  HEALTHY_MODEL,
  type OpenContestant,
  PROMPT,
} from './contestant.ts'
import { openPortkey } from './portkey.ts'
import { openRawSdk } from './raw-sdk.ts'

const root = join(import.meta.dirname, '../..')

export const CONTESTANTS = {
  openai: { name: '`openai` SDK, raw', judge: false, open: openRawSdk },
  showrunner: { name: 'Showrunner, in-process', judge: false, open: showrunner },
  'ai-sdk': { name: 'Vercel AI SDK', judge: true, open: openPeer('ai-sdk') },
  'pi-ai': { name: 'pi-ai', judge: true, open: openPeer('pi-ai') },
  portkey: { name: 'Portkey gateway', judge: true, open: openPortkey },
} as const satisfies Record<string, { readonly name: string; readonly judge: boolean; readonly open: OpenContestant }>

export type ContestantId = keyof typeof CONTESTANTS

/** The note about a peer that fails and is left out. A failure of Showrunner or of the baseline is thrown and ends the bench. */
export function exclusionNote(id: ContestantId, error: unknown): string {
  if (!CONTESTANTS[id].judge) throw error
  return `${CONTESTANTS[id].name} broke and was left out: ${String(error).split('\n')[0]}\n`
}

/** The built library with everything on: limits, a budget, prices, the ledger on the disk. Upstream it always streams. */
async function showrunner({
  origin,
  folder,
  maxWaitMs,
  failingModels: failing,
}: ContestantOptions): Promise<Contestant> {
  const built = join(root, 'dist/index.js')
  const { createShowrunner } = (await import(built)) as typeof import('../../src/index.ts')
  const { VERSION } = await import('../../src/version.ts')
  const provider = { base_url: `${origin}/v1`, api_key: API_KEY, wire: 'openai-chat' }
  const ids = new Map(failing.map((model, n) => [model, `failing${n}`]))
  const price = { input_usd_per_mtok: 1, output_usd_per_mtok: 4 }
  const config = {
    providers: {
      bench: { ...provider, models: [HEALTHY_MODEL] },
      // One account each, so that the cooldown of one is not the cooldown of another.
      ...Object.fromEntries([...ids].map(([model, id]) => [id, { ...provider, models: [model] }])),
    },
    prices: {
      [`bench/${HEALTHY_MODEL}`]: price,
      ...Object.fromEntries([...ids].map(([model, id]) => [`${id}/${model}`, price])),
    },
    limits: [{ match: '*', requests_per_minute: 1_000_000, tokens_per_minute: 1_000_000_000, concurrent: 1_000 }],
    budgets: [{ per: 'day', usd: 100_000 }],
    ...(maxWaitMs && {
      routing: { timeouts: { connect_ms: maxWaitMs, first_token_ms: maxWaitMs, idle_ms: maxWaitMs } },
    }),
  }
  writeFileSync(join(folder, 'showrunner.json'), JSON.stringify(config))
  const { generate } = createShowrunner({
    env: { HOME: folder, SHOWRUNNER_HOME: folder, SHOWRUNNER_CONFIG: join(folder, 'showrunner.json') },
    cwd: folder,
  })
  const never = new AbortController().signal
  let calls = 0
  return {
    version: VERSION,
    async ask(_mode, asked) {
      const text: string[] = []
      let finish: string | undefined
      const model = `${ids.get(asked) ?? 'bench'}/${asked}`
      const fallbacks = ids.has(asked) ? [`bench/${HEALTHY_MODEL}`] : []
      const request = {
        model,
        fallbacks,
        messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: PROMPT }] }],
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

/** Peers are in `bench/peers/contestants/`, beside the packages that they need. */
function openPeer(id: string): OpenContestant {
  return async (setting) => {
    const { open } = (await import(join(root, `bench/peers/contestants/${id}.ts`))) as { readonly open: OpenContestant }
    return open(setting)
  }
}
