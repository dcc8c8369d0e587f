import { testDocumentStoreContract } from '../suites/document-store.ts'
import { memoryDocumentStore } from './document-store.ts'

testDocumentStoreContract('the document store in memory', async () => memoryDocumentStore())
