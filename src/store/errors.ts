/** Why a store cannot be used, for people: the message names the file or server and holds the way out. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}
