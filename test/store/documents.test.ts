import { join } from 'node:path'
import { openDocumentStore } from '../../src/store/sqlite/documents.ts'
import { testDocumentStoreContract } from '../suites/document-store.ts'
import { tempFolder } from './temp-folder.ts'

testDocumentStoreContract('a document store in memory', (deps) => openDocumentStore(':memory:', deps))
testDocumentStoreContract('a document store in a file', (deps) =>
  openDocumentStore(join(tempFolder(), 'home/documents.sqlite'), deps),
)
