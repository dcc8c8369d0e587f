import { keepsTheShelfContract } from '../contracts/shelf.ts'
import { memoryShelf } from './shelf.ts'

keepsTheShelfContract('the shelf in memory', async () => memoryShelf())
