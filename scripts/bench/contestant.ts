import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A way to ask a model, as its own documentation shows it, made comparable. */
export interface Contestant {
  readonly version: string
  /** One question. Resolves with the answer that a user would get; rejects with the error that a user would see. */
  ask(mode: Mode, model: string): Promise<ContestantAnswer>
}

export type Mode = 'stream' | 'whole'

export interface ContestantAnswer {
  readonly text: string
  /** The finish reason that the contestant reports; undefined where it reports none. */
  readonly finish: string | undefined
}

export interface ContestantOptions {
  /** `http://127.0.0.1:port` of the upstream. */
  readonly origin: string
  /** Where a file may be written. */
  readonly folder: string
  /** Time limit for a silent upstream, for contestants that have such a setting. Undefined: their own default. */
  readonly maxWaitMs: number | undefined
  /** The models that fail: a contestant that can fall back is given `SOUND` as the second choice for each. */
  readonly failingModels: readonly string[]
}

export type OpenContestant = (setting: ContestantOptions) => Promise<Contestant>

/** The upstream's model that answers as it should. */
export const HEALTHY_MODEL = 'sound'
export const API_KEY = 'sk-bench'
export const PROMPT = 'Tell me about the harbour at night.'

/** The words of the answer, one a chunk: 32 of them, and one chunk each before and after for the role and the finish. */
export const ANSWER_CHUNKS: readonly string[] = Array.from(
  { length: 32 },
  (_, n) => `${['The', ' quiet', ' harbour', ' lights'][n % 4]} ${n}`,
)
export const ANSWER = ANSWER_CHUNKS.join('')

const root = join(import.meta.dirname, '../..')

/** The installed version of a package; `within` is the folder whose `node_modules` holds it. */
export function versionOf(name: string, within = ''): string {
  const { version } = JSON.parse(readFileSync(join(root, within, 'node_modules', name, 'package.json'), 'utf8')) as {
    readonly version: string
  }
  return version
}
