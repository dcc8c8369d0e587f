import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { openLedger } from '../../../src/store/sqlite/ledger/ledger.ts'
import { testLedgerContract } from '../../suites/ledger.ts'
import { testWorld } from '../../support/test-world.ts'
import { tempFolder } from '../temp-folder.ts'

testLedgerContract('a ledger in memory', (deps) => openLedger(':memory:', deps))
testLedgerContract('a ledger in a file', (deps) => openLedger(join(tempFolder(), 'home/ledger.db'), deps))

test('call ids are listed however old their calls are', async () => {
  const path = join(tempFolder(), 'ledger.db')
  const ledger = await openLedger(path, { world: testWorld(), budgets: [] })
  await ledger.settleInDoubt('none', 0) // the first write makes the file
  const file = new DatabaseSync(path)
  file.exec(`
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 30000)
    INSERT INTO entries (call_id, tool, provider, model, at, first, fallback, outcome, latency_ms, estimated)
    SELECT printf('c%05d', n), 't', 'p', 'm', n, 1, 0, 'ok', 1, 0 FROM n`)
  file.close()
  expect(await ledger.listCallIds('c0000', 3)).toEqual(['c00009', 'c00008', 'c00007'])
  expect(await ledger.listCallIds('c', 2)).toEqual(['c30000', 'c29999'])
  expect(await ledger.listCallIds('c200', 2)).toEqual(['c20099', 'c20098'])
  ledger.close()
})
