import { refuseStart } from './refuse.ts'

/**
 * Runs before everything else of the server, as the banner of the built file: an older Node gets one line, and
 * the rest of the file does not run.
 */
const parts = process.versions.node.split('.').map(Number)
const major = parts[0] || 0
if (major < 22 || (major === 22 && (parts[1] || 0) < 13)) {
  refuseStart(
    `needs Node 22.13 or newer, and this is ${process.versions.node}: install a current Node from https://nodejs.org`,
    process,
  )
  process.on('uncaughtException', () => {}) // the throw below only ends this file
  throw new Error('Node is too old')
}
