import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFileStore, toSlug } from '../../src/store/files.ts'
import { tempFolder } from './temp-folder.ts'

const script = { kind: 'script', id: '1abc', title: 'The Lamp & the Sea' } as const

describe('the files of a document', () => {
  test('lie in a folder of the title and the id, for their owner only', async () => {
    const home = tempFolder()
    const paths = await createFileStore(home).write(script, [
      { name: 'script.fountain', content: 'INT. ROOM - DAY' },
      { name: 'script.pdf', content: new Uint8Array([1, 2]) },
    ])
    const folder = join(home, 'scripts', 'the-lamp-the-sea-1abc')
    expect(paths).toEqual([join(folder, 'script.fountain'), join(folder, 'script.pdf')])
    expect(readFileSync(join(folder, 'script.fountain'), 'utf8')).toBe('INT. ROOM - DAY')
    expect(statSync(join(folder, 'script.pdf')).mode & 0o777).toBe(0o600)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  test('are replaced by the next version, in the same folder whatever the new title', async () => {
    const store = createFileStore(tempFolder())
    const [first = ''] = await store.write(script, [{ name: 'script.fountain', content: 'one' }])
    const [second] = await store.write({ ...script, title: 'Another' }, [{ name: 'script.fountain', content: 'two' }])
    expect(second).toBe(first)
    expect(readFileSync(first, 'utf8')).toBe('two')
  })

  test('keep the changes of a person: the next version is written beside them', async () => {
    const home = tempFolder()
    const [path = ''] = await createFileStore(home).write(script, [{ name: 'script.fountain', content: 'one' }])
    writeFileSync(path, 'my own words')
    const write = (content: string) => createFileStore(home).write(script, [{ name: 'script.fountain', content }])
    expect((await write('two')).map((each) => basename(each))).toEqual(['script-2.fountain'])
    expect((await write('three')).map((each) => basename(each))).toEqual(['script-2.fountain'])
    expect(readFileSync(path, 'utf8')).toBe('my own words')
    expect(readFileSync(join(dirname(path), 'script-2.fountain'), 'utf8')).toBe('three')
  })

  test('cannot be written: the error says what to do', async () => {
    const home = tempFolder()
    writeFileSync(join(home, 'scripts'), 'a file where the folder belongs')
    const written = createFileStore(home).write(script, [{ name: 'script.fountain', content: 'one' }])
    await expect(written).rejects.toMatchObject({ name: 'StoreError', message: expect.stringContaining('scripts') })
  })

  test('of an id that is a path are refused', async () => {
    const home = tempFolder()
    mkdirSync(join(home, 'inner'))
    const store = createFileStore(join(home, 'inner'))
    await expect(store.write({ ...script, id: '../x' }, [])).rejects.toThrow()
    expect(readdirSync(home)).toEqual(['inner'])
    expect(existsSync(join(home, 'inner', 'scripts'))).toBe(false)
  })
})

describe('the slug of a title', () => {
  test.each([
    ['Ébène: la nuit', 'ebene-la-nuit'],
    ['../../etc/passwd', 'etc-passwd'],
    ['灯台', 'untitled'],
    ['CON', 'con'],
    ['', 'untitled'],
  ])('%j is %j', (title, slug) => expect(toSlug(title)).toBe(slug))

  test('is safe in any file system, whatever the title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (title) =>
        /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(toSlug(title)),
      ),
    )
  })
})
