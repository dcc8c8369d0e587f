import { onTestFinished } from 'vitest'
import type { Limit, Slate } from '../../../src/contract/limit.ts'
import { type Cells, inMemory, onSlate } from '../../../src/router/limits/cell.ts'
import { limitOf, type Rule } from '../../../src/router/limits/rule.ts'
import { openSlate } from '../../../src/store/slate.ts'
import { type TestWorld, testWorld } from '../../support/world.ts'

/** The ways in which a limit may be kept: every limit keeps its promises in each. */
export const KEPT: readonly { readonly where: string; readonly cells: () => Promise<Cells> }[] = [
  { where: 'in this process', cells: async () => inMemory },
  {
    where: 'on a slate',
    async cells() {
      const slate = await newSlate()
      return onSlate(async () => slate, '')
    },
  },
]

/** The limit of one rule. */
export function limit<S>(rule: Rule<S>, cells: Cells = inMemory, world?: TestWorld): Limit {
  return limitOf(rule, cells('state', rule.fresh), world)
}

/** A slate that is new and lasts as long as the test. */
export async function newSlate(): Promise<Slate> {
  const slate = await openSlate(':memory:', { world: testWorld() })
  onTestFinished(() => slate.close())
  return slate
}
