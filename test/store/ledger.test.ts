import { join } from 'node:path'
import { openLedger } from '../../src/store/ledger.ts'
import { keepsTheLedgerContract } from '../contracts/ledger.ts'
import { tempFolder } from './temp.ts'

keepsTheLedgerContract('a ledger in memory', (deps) => openLedger(':memory:', deps))
keepsTheLedgerContract('a ledger in a file', (deps) => openLedger(join(tempFolder(), 'home/ledger.sqlite'), deps))
