import type { Account } from '../providers/account.ts'

/** A provider there is a name for, ready or not. */
export interface KnownProvider {
  readonly id: string
  readonly name: string
  /** Undefined: it is not ready, and `fix` says what would make it so. */
  readonly account: Account | undefined
  readonly fix: string | undefined
  /** May `auto` choose it? */
  readonly auto: boolean
  /** Models named in the configuration: served in any case, whether the catalog knows them or not. */
  readonly models: readonly string[]
  /** True where `models` is all it serves (an Azure resource with a deployment map). */
  readonly onlyListedModels: boolean
  /** The host of an address that is not the vendor's own: which models are there, and at which prices, is not known. */
  readonly foreignHost?: string
  /** True where a file that is not trusted brought it: only its full name means it, and its `local` counts for nothing. */
  readonly fromProject?: boolean
}
