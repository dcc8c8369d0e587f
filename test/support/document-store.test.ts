import { testDocumentStoreContract } from '../suites/document-store.ts'
import { memoryDocumentStore } from './document-store.ts'

testDocumentStoreContract('the shelf in memory', async () => memoryDocumentStore())
