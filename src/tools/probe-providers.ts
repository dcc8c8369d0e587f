import type { App } from '../app.ts'
import { GenerateError } from '../contract/errors.ts'
import type { LiveModel } from '../contract/provider.ts'
import type { ProviderInfo } from '../registry/index.ts'

/** The answer of a provider to the question which models its key can use: a refused key differs from a dead network. */
export type ProbeResult =
  | { readonly models: readonly LiveModel[] }
  | { readonly status: 'no_key' | 'unreachable'; readonly fix: string }

/** How long a provider may take to answer. */
const PROBE_TIMEOUT_MS = 10_000

/** Asks every ready provider at once. A failure concerns only its own provider. */
export async function probeProviders(
  app: App,
  providers: readonly ProviderInfo[],
  signal: AbortSignal,
  progress: (step: { message: string; done: number; total: number }) => void,
): Promise<Map<string, ProbeResult>> {
  const ready = providers.filter((info) => info.provider && info.id !== 'rehearsal')
  const results = new Map<string, ProbeResult>()
  await Promise.all(
    ready.map(async (info) => {
      results.set(info.id, await probeProvider(app, info, signal))
      progress({ message: `asked ${info.name}`, done: results.size, total: ready.length })
    }),
  )
  return results
}

async function probeProvider(app: App, { provider, name }: ProviderInfo, signal: AbortSignal): Promise<ProbeResult> {
  const timeout = new AbortController()
  const both = AbortSignal.any([signal, timeout.signal])
  const timer = app.world.sleep(PROBE_TIMEOUT_MS, both).then(
    () => timeout.abort(),
    () => {},
  )
  try {
    const models = (await provider?.listModels(both)) ?? []
    // The key works, so a refusal that it met earlier is over.
    if (provider) await app.router.liftCooldown(provider)
    return { models }
  } catch (error) {
    signal.throwIfAborted()
    const keyRejected =
      error instanceof GenerateError && (error.failure.kind === 'auth' || error.failure.kind === 'quota_exhausted')
    const fix =
      error instanceof GenerateError && !timeout.signal.aborted
        ? error.message
        : `${name} did not answer within ${PROBE_TIMEOUT_MS / 1000} s.`
    return { status: keyRejected ? 'no_key' : 'unreachable', fix }
  } finally {
    timeout.abort()
    await timer
  }
}
