import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A way to ask a model, as its own documentation shows it, made comparable. */
export interface Contestant {
  readonly version: string
  /** One question. Resolves with what its user would hold in hands; rejects with what its user would see fail. */
  ask(mode: Mode, model: string): Promise<Heard>
}

export type Mode = 'stream' | 'whole'

export interface Heard {
  readonly text: string
  /** Why the model stopped, as the contestant tells it; undefined where it does not. */
  readonly finish: string | undefined
}

export interface Setting {
  /** `http://127.0.0.1:port` of the upstream. */
  readonly origin: string
  /** Where a file may be written. */
  readonly folder: string
  /** How long a silent upstream is waited for, for contestants that can be told. Undefined: their own default. */
  readonly patienceMs: number | undefined
  /** The models that fail: a contestant that can fall back is given `SOUND` as the second choice for each. */
  readonly failing: readonly string[]
}

export type Open = (setting: Setting) => Promise<Contestant>

/** The upstream's model that answers as it should. */
export const SOUND = 'sound'
export const KEY = 'sk-bench'
export const QUESTION = 'Tell me about the harbour at night.'

/** The words of the answer, one a chunk: 32 of them, and one chunk each before and after for the role and the finish. */
export const WORDS: readonly string[] = Array.from(
  { length: 32 },
  (_, n) => `${['The', ' quiet', ' harbour', ' lights'][n % 4]} ${n}`,
)
export const ANSWER = WORDS.join('')

const root = join(import.meta.dirname, '../..')

/** The installed version of a package; `within` is the folder whose `node_modules` holds it. */
export function versionOf(name: string, within = ''): string {
  const { version } = JSON.parse(readFileSync(join(root, within, 'node_modules', name, 'package.json'), 'utf8')) as {
    readonly version: string
  }
  return version
}
