/** Time, randomness, network and log. `src/world.ts` is the real one; `test/support/test-world.ts` moves by hand. */
export interface World {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason when it aborts, leaving no timer behind. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** A number in [0, 1). */
  random(): number
  /** A new id, unique everywhere: lower-case letters and digits. */
  id(): string
  /** One line on stderr; stdout belongs to MCP. Facts must hold no key, no prompt and no answer. */
  log(event: string, facts?: Readonly<Record<string, string | number | boolean | undefined>>): void
  /** The IANA name of the machine's time zone; UTC where it is absent. */
  timeZone?(): string
  readonly fetch: typeof globalThis.fetch
}
