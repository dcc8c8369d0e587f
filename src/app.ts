import { join } from 'node:path'
import { createThreadCompute } from './agents/producer/compute.ts'
import { PLAN_EXPORT_FORMATS } from './agents/producer/formats.ts'
import { createProducer, type Producer } from './agents/producer/index.ts'
import { SCRIPT_EXPORT_FORMATS } from './agents/screenwriter/formats.ts'
import { createScreenwriter, type Screenwriter } from './agents/screenwriter/index.ts'
import { createJobs, type Jobs } from './agents/shared/jobs.ts'
import { openCatalog } from './catalog/index.ts'
import { readSettings, type Settings } from './config/index.ts'
import type { DocumentStore } from './contract/document-store.ts'
import { GenerateError } from './contract/errors.ts'
import type { Generate } from './contract/generate.ts'
import type { Ledger } from './contract/ledger.ts'
import type { Catalog, ModelFacts } from './contract/provider.ts'
import type { World } from './contract/world.ts'
import { createDocumentFiles, type DocumentFileKind, type DocumentFiles } from './document-files.ts'
import { createRedactor, type Redactor } from './lib/redact.ts'
import { createProviderRegistry, type ProviderRegistry } from './registry/index.ts'
import { createRouter, type Router } from './router/index.ts'
import { createHoldCounter, untilShutdown } from './shutdown.ts'
import { createFileStore } from './store/files.ts'
import { openDocumentStore } from './store/sqlite/documents.ts'
import { openLedger } from './store/sqlite/ledger/ledger.ts'
import { findOpenPermissions } from './store/sqlite/permissions.ts'
import { openSharedState } from './store/sqlite/shared-state.ts'
import { createTextCalls, type TextCalls } from './text-calls.ts'
import { realWorld } from './world.ts'

/** The house, assembled: the only place where the workshops meet. Making it reads the configuration and nothing else. */
export interface App {
  readonly world: World
  readonly settings: Settings
  readonly registry: ProviderRegistry
  readonly router: Router
  /** Routed, limited, metered; an answer asked for as JSON is sure to fit its schema. */
  readonly generate: Generate
  /** The stores open at the first call that needs them. Both throw `StoreError`, which says what to do. */
  ledger(): Promise<Ledger>
  documents(): Promise<DocumentStore>
  catalog(): Promise<Catalog>
  /** The calls of `generate_text` in this process, with their texts. */
  readonly textCalls: TextCalls
  /** Finished scripts and plans as files under the home. */
  readonly documentFiles: DocumentFiles
  screenwriter(): Promise<Screenwriter>
  producer(): Promise<Producer>
  /** Keeps configured keys out of everything that leaves the process: messages, log lines and saved documents. */
  readonly redactor: Redactor
  /** Calls back with the address of every resource that has changed; answers with how to stop. */
  subscribe(listener: (uri: string) => void): () => void
  /** Aborts running calls, waits until they are settled, stops jobs where they are saved, and closes the stores. */
  close(): Promise<void>
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
  const { world, settings, redactor, warn } = readConfiguration(options)
  for (const warning of findOpenPermissions(settings.home, Object.values(STORE_FILES))) warn(warning)
  const listeners = new Set<(uri: string) => void>()
  const notifyChanged = (uri: string): void => {
    for (const listener of listeners) listener(uri)
  }
  const { ledger, documents, sharedState, holds } = prepareStores(
    { world, settings, redactor },
    { notifyChanged, saved: (kind, id, value) => documentFiles.publishIfComplete(kind, id, value) },
  )
  const registry = createProviderRegistry({
    ...{ world, settings, catalog: openCatalog },
    ...{ warn, addSecrets: redactor.add },
  })
  const router = createRouter({ world, registry, policy: settings.routing, ledger, sharedState })
  const shutdown = new AbortController()
  const generate = untilShutdown(router.generate, shutdown.signal)
  const factsOf = async (model: string, signal: AbortSignal): Promise<ModelFacts | undefined> =>
    (await router.resolve(model, signal))[0]?.facts
  const jobs = lazyAsync(async (): Promise<Jobs> => createJobs({ documents: await documents(), world }))
  const agentDeps = async () => ({ generate, documents: await documents(), world, jobs: await jobs() })
  const screenwriter = lazyAsync(async () => createScreenwriter({ ...(await agentDeps()), factsOf }))
  const producer = lazyAsync(async () =>
    createProducer({
      ...(await agentDeps()),
      compute: createThreadCompute(world),
      script: async (id) => (await screenwriter()).published(id),
    }),
  )
  const textCalls = createTextCalls(world)
  const documentFiles = createDocumentFiles({
    world,
    documents,
    files: createFileStore(settings.home),
    agents: { script: screenwriter, plan: producer },
    formats: { script: SCRIPT_EXPORT_FORMATS, plan: PLAN_EXPORT_FORMATS },
  })
  return {
    world,
    settings,
    registry,
    router,
    generate,
    ledger,
    documents,
    catalog: openCatalog,
    textCalls,
    documentFiles,
    redactor,
    screenwriter,
    producer,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      shutdown.abort(new GenerateError({ kind: 'cancelled' }, 'Showrunner is shutting down.'))
      await textCalls.close()
      await (await jobs.made)?.close()
      await documentFiles.settled()
      await holds.allSettled()
      ;(await documents.made)?.close()
      ;(await ledger.made)?.close()
      ;(await sharedState.made)?.close()
    },
  }
}

/** Names of the stores' files in the home. */
const STORE_FILES = { ledger: 'ledger.db', documents: 'documents.db', limits: 'limits.db' } as const

/** The stores, each opened at the first call that needs it. */
function prepareStores(
  { world, settings, redactor }: Pick<App, 'world' | 'settings' | 'redactor'>,
  on: { notifyChanged(uri: string): void; saved(kind: DocumentFileKind, id: string, value: unknown): void },
) {
  const inHome = (name: string): string => join(settings.home, name)
  const holds = createHoldCounter(world)
  const ledger = lazyAsync(async () => {
    const opened = await openLedger(inHome(STORE_FILES.ledger), { world, budgets: settings.budgets })
    return withLedgerNotifications(holds.count(opened), on.notifyChanged)
  })
  const documents = lazyAsync(async () => {
    const opened = await openDocumentStore(inHome(STORE_FILES.documents), { world })
    return withDocumentNotifications(withoutSecrets(opened, redactor), (kind, id, value) => {
      on.notifyChanged(`${kind}://${id}`)
      on.saved(kind, id, value)
    })
  })
  const sharedState = lazyAsync(() => openSharedState(inHome(STORE_FILES.limits), { world }))
  return { ledger, documents, sharedState, holds }
}

/** The settings, with a world whose log holds no key, and a way to add warnings that only turn up later. */
function readConfiguration(options: AppOptions) {
  const settings = readSettings(options)
  const redactor = createRedactor(settings.secrets)
  const { log, ...rest } = options.world ?? realWorld()
  const world: World = { ...rest, log: (event, facts) => log(event, redactor.value(facts)) }
  const warnings: string[] = []
  const warn = (message: string): void => {
    warnings.push(message)
    world.log('configuration_warning', { warning: message })
  }
  for (const warning of settings.warnings) warn(warning)
  return { world, settings: { ...settings, warnings }, redactor, warn }
}

/** A saved document holds no key, even one that a person pasted into a prompt. */
function withoutSecrets(documents: DocumentStore, redactor: Redactor): DocumentStore {
  return {
    ...documents,
    put: (kind, id, value, expectedVersion, now) =>
      documents.put(kind, id, redactor.value(value), expectedVersion, now),
  }
}

/** Makes its thing at the first call; a failure is not remembered. `made` is what was made so far, if anything. */
function lazyAsync<T>(make: () => Promise<T>): { (): Promise<T>; readonly made: Promise<T | undefined> } {
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

function withLedgerNotifications(ledger: Ledger, notifyChanged: (uri: string) => void): Ledger {
  return {
    ...ledger,
    async hold(request) {
      const hold = await ledger.hold(request)
      if (!hold.ok) return hold
      return {
        ...hold,
        async settle(entry) {
          const warnings = await hold.settle(entry)
          notifyChanged('usage://report')
          notifyChanged(`usage://calls/${request.callId}`)
          return warnings
        },
      }
    },
  }
}

function withDocumentNotifications(
  documents: DocumentStore,
  notifySaved: (kind: DocumentFileKind, id: string, value: unknown) => void,
): DocumentStore {
  return {
    ...documents,
    async put(kind, id, value, expectedVersion, now) {
      const version = await documents.put(kind, id, value, expectedVersion, now)
      if (version !== undefined && kind !== 'conversation') notifySaved(kind, id, value)
      return version
    },
  }
}
