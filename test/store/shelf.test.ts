import { join } from 'node:path'
import { openShelf } from '../../src/store/shelf.ts'
import { keepsTheShelfContract } from '../contracts/shelf.ts'
import { tempFolder } from './temp.ts'

keepsTheShelfContract('a shelf in memory', (deps) => openShelf(':memory:', deps))
keepsTheShelfContract('a shelf in a file', (deps) => openShelf(join(tempFolder(), 'home/shelf.sqlite'), deps))
