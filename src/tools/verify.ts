import type { App } from '../app.ts'
import { GenerateError } from '../contract/errors.ts'
import type { LiveModel } from '../contract/provider.ts'
import type { Member } from '../roster.ts'

/** What came of asking a provider which models its key can see: a refused key is not the same as a dead network. */
export type Seen =
  | { readonly models: readonly LiveModel[] }
  | { readonly status: 'no_key' | 'unreachable'; readonly fix: string }

/** How long a provider may take to answer. */
const VERIFY_MS = 10_000

/** Asks every ready provider at once; one that fails takes nothing from the others. */
export async function verified(
  app: App,
  members: readonly Member[],
  signal: AbortSignal,
  progress: (step: { message: string; done: number; total: number }) => void,
): Promise<Map<string, Seen>> {
  const ready = members.filter((member) => member.provider && member.id !== 'rehearsal')
  const seen = new Map<string, Seen>()
  await Promise.all(
    ready.map(async (member) => {
      seen.set(member.id, await ask(app, member, signal))
      progress({ message: `asked ${member.name}`, done: seen.size, total: ready.length })
    }),
  )
  return seen
}

async function ask(app: App, { provider, name }: Member, signal: AbortSignal): Promise<Seen> {
  const late = new AbortController()
  const both = AbortSignal.any([signal, late.signal])
  const timer = app.world.sleep(VERIFY_MS, both).then(
    () => late.abort(),
    () => {},
  )
  try {
    return { models: (await provider?.models(both)) ?? [] }
  } catch (error) {
    signal.throwIfAborted()
    const refused =
      error instanceof GenerateError && (error.failure.kind === 'auth' || error.failure.kind === 'quota_exhausted')
    const fix =
      error instanceof GenerateError && !late.signal.aborted
        ? error.message
        : `${name} did not answer within ${VERIFY_MS / 1000} s.`
    return { status: refused ? 'no_key' : 'unreachable', fix }
  } finally {
    late.abort()
    await timer
  }
}
