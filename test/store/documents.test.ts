import { join } from 'node:path'
import { openDocumentStore } from '../../src/store/sqlite/documents.ts'
import { testDocumentStoreContract } from '../suites/document-store.ts'
import { tempFolder } from './temp-folder.ts'

testDocumentStoreContract('a shelf in memory', (deps) => openDocumentStore(':memory:', deps))
testDocumentStoreContract('a shelf in a file', (deps) =>
  openDocumentStore(join(tempFolder(), 'home/shelf.sqlite'), deps),
)
