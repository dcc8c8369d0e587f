import { join } from 'node:path'
import { createJobs, type Jobs } from './agents/job.ts'
import { createProducer, type Producer } from './agents/producer/index.ts'
import { createScreenwriter, type Screenwriter } from './agents/screenwriter/index.ts'
import { openCatalog } from './catalog/index.ts'
import { readSettings, type Settings } from './config/index.ts'
import type { Generate } from './contract/generate.ts'
import type { Ledger } from './contract/ledger.ts'
import type { Price } from './contract/price.ts'
import type { Catalog } from './contract/provider.ts'
import type { Shelf } from './contract/shelf.ts'
import type { World } from './contract/world.ts'
import { createRoster, type FullRoster } from './roster.ts'
import { createRouter, type Router } from './router/index.ts'
import { openLedger } from './store/ledger.ts'
import { openShelf } from './store/shelf.ts'
import { openSlate } from './store/slate.ts'
import { realWorld } from './world.ts'

/** The house, assembled: the only place where the workshops meet. Making it reads the configuration and nothing else. */
export interface App {
  readonly world: World
  readonly settings: Settings
  readonly roster: FullRoster
  readonly router: Router
  /** Routed, limited, metered; an answer asked for as JSON is sure to fit its schema. */
  readonly generate: Generate
  /** The stores open at the first call that needs them. Both throw `StoreError`, which says what to do. */
  ledger(): Promise<Ledger>
  shelf(): Promise<Shelf>
  catalog(): Promise<Catalog>
  /** Answers too long for a tool's result, by their resource address; the newest few, in memory only. */
  readonly answers: Answers
  screenwriter(): Promise<Screenwriter>
  producer(): Promise<Producer>
  /** What the calls of jobs have brought to light since this was last asked, a sentence each. */
  takeWarnings(): readonly string[]
  /** Calls back with the address of every resource that has changed; answers with how to stop. */
  watch(listener: (uri: string) => void): () => void
  /** Stops running jobs where they are saved, and closes the stores. */
  close(): Promise<void>
}

export interface Answers {
  /** Keeps the text and gives back its address. */
  keep(callId: string, text: string): string
  get(uri: string): string | undefined
}

export interface AppOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly world?: World
  /** Where the platform's config and data directories are, in place of the platform's own answer. */
  readonly configDir?: string
  readonly dataDir?: string
}

/** Throws `ConfigError` with every problem of the configuration. */
export function createApp(options: AppOptions): App {
  const world = options.world ?? realWorld()
  const settings = readSettings(options)
  const listeners = new Set<(uri: string) => void>()
  const changed = (uri: string): void => {
    for (const listener of listeners) listener(uri)
  }
  const ledger = once(async () =>
    watchedLedger(await openLedger(join(settings.home, 'ledger.db'), { world, budgets: settings.budgets }), changed),
  )
  const shelf = once(async () => watchedShelf(await openShelf(join(settings.home, 'shelf.db'), { world }), changed))
  const roster = createRoster({ world, settings, catalog: openCatalog })
  const slate = once(() => openSlate(join(settings.home, 'limits.db'), { world }))
  const router = createRouter({ world, roster, policy: settings.routing, ledger, slate })
  const { generate } = router
  const priceOf = async (model: string, signal: AbortSignal): Promise<Price | undefined> =>
    (await router.resolve(model, signal))[0]?.facts.price
  const jobs = once(async (): Promise<Jobs> => createJobs({ shelf: await shelf(), world }))
  const warnings: string[] = []
  const heeded: Generate = (request, call) =>
    generate(request, {
      ...call,
      onAttempt(attempt) {
        warnings.push(...(attempt.warnings ?? []))
        call.onAttempt?.(attempt)
      },
    })
  const agent = async () => ({ generate: heeded, shelf: await shelf(), world, jobs: await jobs() })
  return {
    world,
    settings,
    roster,
    router,
    generate,
    ledger,
    shelf,
    catalog: openCatalog,
    answers: longAnswers(),
    screenwriter: once(async () => createScreenwriter({ ...(await agent()), priceOf })),
    producer: once(async () => createProducer(await agent())),
    takeWarnings: () => warnings.splice(0),
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      await (await jobs.made)?.close()
      ;(await shelf.made)?.close()
      ;(await ledger.made)?.close()
      ;(await slate.made)?.close()
    },
  }
}

/** How many long answers are kept. */
const ANSWERS = 20

function longAnswers(): Answers {
  const kept = new Map<string, string>()
  return {
    keep(callId, text) {
      const uri = `answer://${callId}`
      kept.set(uri, text)
      for (const oldest of [...kept.keys()].slice(0, -ANSWERS)) kept.delete(oldest)
      return uri
    },
    get: (uri) => kept.get(uri),
  }
}

/** Makes its thing at the first call; a failure is not remembered. `made` is what was made so far, if anything. */
function once<T>(make: () => Promise<T>): { (): Promise<T>; readonly made: Promise<T | undefined> } {
  let made: Promise<T> | undefined
  const get = (): Promise<T> => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
  return Object.defineProperty(get, 'made', { get: async () => made?.catch(() => undefined) }) as typeof get & {
    readonly made: Promise<T | undefined>
  }
}

function watchedLedger(ledger: Ledger, changed: (uri: string) => void): Ledger {
  return {
    ...ledger,
    async hold(ask) {
      const hold = await ledger.hold(ask)
      if (!hold.ok) return hold
      return {
        ...hold,
        async settle(entry) {
          const warned = await hold.settle(entry)
          changed('usage://report')
          changed(`usage://calls/${ask.callId}`)
          return warned
        },
      }
    },
  }
}

function watchedShelf(shelf: Shelf, changed: (uri: string) => void): Shelf {
  return {
    ...shelf,
    async put(kind, id, value, expect, now) {
      const version = await shelf.put(kind, id, value, expect, now)
      if (version !== undefined && kind !== 'conversation') changed(`${kind}://${id}`)
      return version
    },
  }
}
