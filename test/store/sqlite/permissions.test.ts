import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findOpenPermissions } from '../../../src/store/sqlite/permissions.ts'
import { tempFolder } from '../temp-folder.ts'

// Mode of the home, mode of its ledger, and the path in the warning.
test.skipIf(process.platform === 'win32').each([
  { home: 0o700, ledger: 0o600, named: [] },
  { home: 0o755, ledger: 0o600, named: [] },
  { home: 0o777, ledger: 0o600, named: ['home'] },
  { home: 0o775, ledger: 0o600, named: [] },
  { home: 0o700, ledger: 0o644, named: ['ledger'] },
  { home: 0o777, ledger: 0o666, named: ['home', 'ledger'] },
])('home with mode $home and ledger with mode $ledger: the warning names $named', ({ home, ledger, named }) => {
  const path = { home: join(tempFolder(), 'home'), ledger: '' }
  path.ledger = join(path.home, 'ledger.db')
  mkdirSync(path.home)
  writeFileSync(path.ledger, '')
  chmodSync(path.home, home)
  chmodSync(path.ledger, ledger)
  const fixes = { home: `chmod o-w "${path.home}"`, ledger: `chmod 600 "${path.ledger}"` } as const
  const whichNamed = named as readonly (keyof typeof fixes)[]
  const list = whichNamed.map((one) => path[one]).join(', ')
  const sentence = `Other users of this machine can read or change ${list}: run \`${whichNamed.map((one) => fixes[one]).join(' && ')}\`.`
  expect(findOpenPermissions(path.home, ['ledger.db', 'missing.db'])).toEqual(named.length === 0 ? [] : [sentence])
})

test('a home that does not exist yet has no warning', () => {
  expect(findOpenPermissions(join(tempFolder(), 'none'), ['ledger.db'])).toEqual([])
})
