import { onTestFinished } from 'vitest'
import type { Limit, SharedState } from '../../../src/contract/limit.ts'
import { createLimit, type LimitAlgorithm } from '../../../src/router/limits/rule.ts'
import { memoryStore, type StateStore, sharedStore } from '../../../src/router/limits/state-store.ts'
import { openSharedState } from '../../../src/store/sqlite/shared-state.ts'
import { type TestWorld, testWorld } from '../../support/test-world.ts'

/** The stores of a limit's state; every limit keeps its contract in each. */
export const STATE_STORES: readonly { readonly where: string; readonly open: () => Promise<StateStore> }[] = [
  { where: 'in this process', open: async () => memoryStore },
  {
    where: 'in the shared state',
    async open() {
      const sharedState = await newSharedState()
      return sharedStore(async () => sharedState, '')
    },
  },
]

/** The limit of one rule. */
export function limitOn<S>(rule: LimitAlgorithm<S>, store: StateStore = memoryStore, world?: TestWorld): Limit {
  return createLimit(rule, store('state', rule.initial), world)
}

/** A new shared state that is closed when the test ends. */
export async function newSharedState(): Promise<SharedState> {
  const sharedState = await openSharedState(':memory:', { world: testWorld() })
  onTestFinished(() => sharedState.close())
  return sharedState
}
