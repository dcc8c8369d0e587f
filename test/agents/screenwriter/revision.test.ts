import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createScreenwriter, type ScriptInput } from '../../../src/agents/screenwriter/index.ts'
import {
  fromFdx,
  measurePages,
  parseFountain,
  type Script,
  type Tag,
  tagsOf,
  toFdx,
} from '../../../src/screenplay/index.ts'
import type { ScriptElement } from '../../../src/screenplay/types.ts'
import { memoryDocumentStore } from '../../support/document-store.ts'
import { testWorld } from '../../support/test-world.ts'
import { fakeWriter, promptText, questionName, validAnswer } from './fake-writer.ts'

const DATA = join(import.meta.dirname, '../../../../shared/data/screenplays')
const never = new AbortController().signal
const ASK: ScriptInput = {
  concept: 'A keeper finds a door under the sea.',
  format: 'short',
  target_pages: 6,
  polish: 0,
}

/** A writer with its plan for notes changed by `plan`. */
function setUp(plan: Readonly<Record<string, unknown>> | (() => Readonly<Record<string, unknown>>) = {}) {
  const upstream = fakeWriter((request) => {
    if (questionName(request) !== 'revision') return undefined
    return JSON.stringify({ ...JSON.parse(validAnswer(request)), ...(typeof plan === 'function' ? plan() : plan) })
  })
  const world = testWorld()
  const writer = createScreenwriter({ generate: upstream.generate, documents: memoryDocumentStore(), world })
  const develop = (input: ScriptInput) => writer.develop(input, { signal: never })
  const asked = () => upstream.requests.map(questionName)
  return { upstream, writer, develop, asked }
}

const scenesIn = (fountain = ''): readonly string[] =>
  fountain.split(/(?=^(?:INT|EXT)\..*$)/m).filter((part) => /^(?:INT|EXT)\./.test(part))

describe('notes', () => {
  test('change the story and the scenes they name; all other text is the same, byte for byte', async () => {
    const { develop, upstream, asked } = setUp({
      logline: 'A keeper closes a door.',
      beats: [{ number: 2, summary: 'New turn.' }],
    })
    const first = await develop(ASK)
    const count = asked().length
    const second = await develop({ script_id: first.script_id, notes: 'A worse storm.' })
    expect(asked().slice(count)).toEqual(['revision', 'revise'])
    expect(second).toMatchObject({ status: 'complete', logline: 'A keeper closes a door.' })
    expect(second.beats?.[1]?.summary).toBe('New turn.')
    const [before, after] = [scenesIn(first.fountain), scenesIn(second.fountain)]
    expect(after.map((text, at) => text === before[at])).toEqual(before.map((_, at) => at !== 1))
    const instruction = promptText(upstream.requests.at(-1) ?? { model: '', messages: [] })
    expect(instruction).toContain('The notes of the person are decided: The storm is worse.')
    expect(instruction).toContain('Scene 2: A worse storm. More wind.')
    expect(second.changes).toMatch(/^- .*\n/)
    expect(second.changes).toContain('+ ')
  })

  test('a later revision sees the earlier one and works on the revised text', async () => {
    let round = 0
    const { develop, upstream } = setUp(() =>
      ++round === 1 ? {} : { rewrite: [{ scene: 1, summary: 'Colder.', instruction: 'No lamp.' }] },
    )
    const first = await develop(ASK)
    const second = await develop({ script_id: first.script_id, notes: 'A worse storm.' })
    const third = await develop({ script_id: first.script_id, notes: 'No lamp for Tobias.' })
    const plan = upstream.requests.findLast((request) => questionName(request) === 'revision')
    expect(promptText(plan ?? { model: '', messages: [] })).toContain(scenesIn(second.fountain)[1]?.trim())
    expect(JSON.stringify(plan?.messages)).toContain('A worse storm.')
    expect(scenesIn(third.fountain)[1]).toBe(scenesIn(second.fountain)[1])
    expect(scenesIn(third.fountain)[0]).not.toBe(scenesIn(second.fountain)[0])
  })

  test('code changes a name everywhere, without a question for pages', async () => {
    const { develop, asked } = setUp({ rewrite: [], renames: [{ from: 'Mara', to: 'Oda' }] })
    const first = await develop(ASK)
    const count = asked().length
    const second = await develop({ script_id: first.script_id, notes: 'Call her Oda.' })
    expect(asked().slice(count)).toEqual(['revision'])
    expect(second.fountain).not.toMatch(/mara/i)
    expect(second.fountain).toBe(first.fountain?.replaceAll('MARA', 'ODA'))
    expect(second.characters[0]?.name).toBe('ODA')
  })

  test('scenes are removed and added, and the others stay word for word', async () => {
    const add = [{ after: 1, heading: 'INT. CELLAR - DAY', summary: 'A key.', pages: 0.5 }]
    const { develop } = setUp({ rewrite: [], remove: [2], add })
    const first = await develop(ASK)
    const second = await develop({ script_id: first.script_id, notes: 'A cellar.' })
    const [before, after] = [scenesIn(first.fountain), scenesIn(second.fountain)]
    expect(after).toHaveLength(before.length)
    expect(after[0]).toBe(before[0])
    expect(after[1]).toMatch(/^INT\. CELLAR - DAY/)
    expect(after.slice(2)).toEqual(before.slice(2))
  })

  test('the script keeps its old text until the new text is complete', async () => {
    const world = testWorld()
    const upstream = fakeWriter()
    let hold = false
    const writer = createScreenwriter({
      generate: async function* (request, call) {
        if (hold && questionName(request) === 'revise') await world.sleep(1e9, call.signal)
        yield* upstream.generate(request, call)
      },
      documents: memoryDocumentStore(),
      world,
    })
    const first = await writer.develop(ASK, { signal: never })
    hold = true
    const notes = writer.develop({ script_id: first.script_id, notes: 'Wind.', wait_seconds: 3 }, { signal: never })
    await world.advance(3_000)
    expect((await notes).status).toBe('running')
    expect(await writer.export(first.script_id, 'fountain')).toBe(first.fountain)
  })

  test.each([
    [{ rewrite: [] }, 'Nothing would change'],
    [{ rewrite: [{ scene: 99, summary: '', instruction: '' }] }, 'rewrite.0.scene'],
    [{ rewrite: [], remove: [1, 2, 3, 4] }, 'No scene would be left'],
  ])('an impossible plan is asked for again: %j', async (wrong, problem) => {
    let round = 0
    const { develop, upstream } = setUp(() => (++round === 1 ? wrong : {}))
    const first = await develop(ASK)
    await develop({ script_id: first.script_id, notes: 'Wind.' })
    const again = upstream.requests.filter((request) => questionName(request) === 'revision').at(-1)
    expect(JSON.stringify(again?.messages)).toContain(problem)
  })

  test('a new length counts as notes, and repeating the present length costs nothing', async () => {
    const { develop, asked } = setUp()
    const first = await develop(ASK)
    const count = asked().length
    await develop({ script_id: first.script_id, target_pages: 6 })
    expect(asked()).toHaveLength(count)
    const longer = await develop({ script_id: first.script_id, target_pages: 8 })
    expect(longer.target_pages).toBe(8)
    expect(asked().slice(count)).toContain('revision')
  })
})

describe('redo', () => {
  test('one scene is written again, and nothing else', async () => {
    const { develop, asked } = setUp()
    const first = await develop(ASK)
    const count = asked().length
    const second = await develop({ script_id: first.script_id, redo: 'scene 3', notes: 'Quieter.' })
    expect(asked().slice(count)).toEqual(['revise'])
    const [before, after] = [scenesIn(first.fountain), scenesIn(second.fountain)]
    expect(after.map((text, at) => text === before[at])).toEqual(before.map((_, at) => at !== 2))
    await expect(develop({ script_id: first.script_id, redo: 'scene 99' })).rejects.toThrow('There is no scene 99')
  })

  test('a stage and the stages after it are made again, and the conversation keeps the earlier answers', async () => {
    const { develop, upstream, asked } = setUp()
    const first = await develop(ASK)
    const count = asked().length
    const outlined = await develop({ script_id: first.script_id, redo: 'outline', notes: 'Fewer scenes.' })
    expect(outlined.fountain).toBe(first.fountain)
    const second = await develop({ script_id: first.script_id })
    expect(asked().slice(count)).toEqual(['outline', 'pages'])
    expect(second.status).toBe('complete')
    const question = promptText(upstream.requests[count] ?? { model: '', messages: [] })
    expect(question).toContain('Set aside the outline')
    expect(question).toContain('The person adds: Fewer scenes.')
  })

  test('five versions are kept', async () => {
    const { develop, writer } = setUp()
    const { script_id } = await develop(ASK)
    for (let i = 0; i < 6; i++) await develop({ script_id, redo: 'scene 1' })
    expect(JSON.parse(String(await writer.export(script_id, 'json'))).versions).toHaveLength(5)
  })
})

const OWN = `Title: **Low Water**
Author: Ada Quill
Draft date: 2026-11-01

A lamp turns in the dark.

INT. LAMP ROOM - NIGHT #7A#

= Mara keeps the lamp.

MARA (V.O.)
(softly)
No one comes here.

ÉLODIE ^
Somebody does.
~Row, row

[[check the tide]]

EXT. SHORE - DAWN

Élodie runs. Gulls.

> FADE OUT.
`

describe('an imported script', () => {
  test('is kept byte for byte, costs nothing, and gets advice', async () => {
    const { asked, develop } = setUp()
    const result = await develop({ source: OWN })
    expect(asked()).toEqual([])
    expect(result).toMatchObject({
      status: 'complete',
      title: 'Low Water',
      logline: null,
      calls: 0,
      cost_usd: 0,
      fountain: OWN,
    })
    expect(result.characters.map(({ name }) => name)).toEqual(['MARA', 'ÉLODIE'])
    expect(result.scenes.map(({ heading, summary }) => [heading, summary])).toEqual([
      ['INT. LAMP ROOM - NIGHT', 'Mara keeps the lamp.'],
      ['EXT. SHORE - DAWN', 'Élodie runs. Gulls.'],
    ])
    expect(result.findings.at(-1)?.code).toBe('CHECKED')
    expect(result.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test('findings have the lines of the source', async () => {
    const { develop } = setUp()
    const text = `Title: X\nAuthor: Y\n\n\n\nINT. HOUSE - DAY\n\nHere is your screenplay scene version:\n\nA door.\n`
    const { findings } = await develop({ source: text })
    expect(findings).toContainEqual(expect.objectContaining({ code: 'F01', severity: 'warn', line: 8, scene: 1 }))
  })

  test('notes change the scene that they concern and no other byte', async () => {
    const { develop, asked, upstream } = setUp()
    const result = await develop({ source: OWN, notes: 'Make the shore busier.' })
    expect(result.status).toBe('complete')
    expect(asked()).toEqual(['revision', 'revise'])
    expect(promptText(upstream.requests[1] ?? { model: '', messages: [] })).toContain('Élodie runs. Gulls.')
    const shore = OWN.indexOf('EXT. SHORE')
    expect(result.fountain?.slice(0, shore)).toBe(OWN.slice(0, shore))
    expect(result.fountain?.slice(shore)).not.toContain('Gulls')
  })

  test('a new name is applied before the first heading too', async () => {
    const { develop } = setUp({ rewrite: [], renames: [{ from: 'Mara', to: 'Oda' }] })
    const source = `Mara alone.\n\n${OWN.slice(OWN.indexOf('INT.'))}`
    const { script_id } = await develop({ source })
    const result = await develop({ script_id, notes: 'Call her Oda.' })
    expect(result.fountain).toContain('Oda alone.')
    expect(result.fountain).not.toMatch(/mara/i)
  })

  test('notes add new scenes and a title', async () => {
    const add = ['EXT. REEF - DAY', 'EXT. BOAT - DAY'].map((heading) => ({
      after: 2,
      heading,
      summary: 'On.',
      pages: 1,
    }))
    const { develop } = setUp({ rewrite: [], title: 'High Water', add })
    const { script_id, pages } = await develop({ source: OWN })
    const result = await develop({ script_id, notes: 'Continue.', target_pages: 3 })
    expect(result).toMatchObject({ status: 'complete', target_pages: 3, title: 'High Water' })
    expect(pages).toBeLessThan(1)
    expect(result.fountain).toMatch(/^Title: High Water\nAuthor: Ada Quill\n/)
    expect(result.scenes).toHaveLength(4)
  })

  test.each<[string, ScriptInput, string]>([
    ['no scene in it', { source: 'Dear Sir, thank you.' }, 'no scene heading'],
    ['a source for an earlier script', { script_id: 'id2', source: OWN }, 'leave script_id out'],
    ['a stage of it made again', { script_id: 'id2', redo: 'beats' }, 'has no stages'],
  ])('%s is refused', async (_, input, message) => {
    const { develop } = setUp()
    await develop({ source: OWN })
    await expect(develop(input)).rejects.toThrow(message)
  })

  test('Final Draft files are imported too', async () => {
    const { develop, asked } = setUp()
    const script = parseFountain(OWN)
    const result = await develop({ source: toFdx(script) })
    expect(result).toMatchObject({ status: 'complete', title: 'Low Water', calls: 0 })
    expect(asked()).toEqual([])
    expect(parseFountain(result.fountain ?? '').elements.map(({ at: _, ...element }) => element)).toEqual(
      script.elements.map(({ at: _, ...element }) => element),
    )
    await expect(develop({ source: '<html>INT. HOUSE - DAY</html>' })).rejects.toThrow('no Final Draft script')
  })

  test('a Final Draft file keeps its page setup, its settings, and paragraphs that hold more than Fountain', async () => {
    const source = `<FinalDraft DocumentType="Script" Version="5"><Content>
<Paragraph Type="Scene Heading"><Text>INT. HOUSE - DAY</Text></Paragraph>
<Paragraph Type="Action"><Text RevisionID="2">Mara waits.</Text></Paragraph>
<Paragraph Type="Character"><Text>MARA</Text></Paragraph>
<Paragraph Type="Dialogue"><Text>Hello.</Text></Paragraph>
</Content>
<PageLayout BottomMargin="72" TopMargin="72"><PageSize Height="11.69" Width="8.26"/></PageLayout>
<Revisions ActiveSet="2"><Revision ID="2" Mark="+" Name="Pink"/></Revisions>
</FinalDraft>`
    const script = fromFdx(source)
    expect(script).toMatchObject({ setup: { paper: 'a4' }, fdx: { settings: expect.any(Array) } })
    const { develop, writer } = setUp()
    const { script_id } = await develop({ source })
    const exported = String(await writer.export(script_id, 'fdx'))
    expect(exported).toContain('<Revision ID="2" Mark="+" Name="Pink"')
    expect(exported).toContain('RevisionID="2"')
    expect(fromFdx(exported)).toEqual(script)
  })

  test('a cue and lyrics of a Final Draft file keep their notes and their place', async () => {
    const script = parseFountain('INT. HOUSE - DAY\n\nMARA [[softly]]\nHello.\n\n~La la\n')
    expect(script.elements).toMatchObject([{}, { notes: '[[softly]]' }, {}, { alone: true }])
    const { develop, writer } = setUp()
    const { script_id } = await develop({ source: toFdx(script) })
    const exported = fromFdx(String(await writer.export(script_id, 'fdx')))
    expect(exported.elements).toEqual(script.elements.map(({ at: _, ...element }) => element))
  })

  test('a source in a format that is not read, or too long, is refused with the reason', async () => {
    const { develop } = setUp()
    await expect(develop({ source: '%PDF-1.7 INT. HOUSE - DAY' })).rejects.toThrow('This is a PDF, which is not read.')
    await expect(develop({ source: `INT. HOUSE - DAY\n\n${'x'.repeat(700_000)}` })).rejects.toThrow(
      'The source has 700,018 characters. At most 600,000 of Fountain are read',
    )
  })

  test('tags keep their elements, under a new name too', async () => {
    const tagged = (name: string): Script => ({
      titlePage: parseFountain(OWN).titlePage,
      elements: parseFountain(OWN).elements.map(({ at: _, ...element }): ScriptElement => {
        const lamp: Tag = { category: 'Props', text: 'lamp' }
        const cast: Tag = { category: 'Cast Members', text: name, label: `${name} (30)` }
        if (element.type === 'scene_heading') return { ...element, tags: [{ ...lamp, text: 'LAMP' }] }
        return element.type === 'action' || element.type === 'synopsis' ? { ...element, tags: [cast, lamp] } : element
      }),
    })
    const { develop, writer } = setUp({ rewrite: [], renames: [{ from: 'Mara', to: 'Oda' }] })
    const { script_id } = await develop({ source: toFdx(tagged('Mara')) })
    expect(fromFdx(String(await writer.export(script_id, 'fdx')))).toEqual(tagged('Mara'))
    await develop({ script_id, notes: 'Call her Oda.' })
    const renamed = fromFdx(String(await writer.export(script_id, 'fdx')))
    expect(renamed.elements.flatMap(tagsOf)).toEqual(tagged('Oda').elements.flatMap(tagsOf))
  })

  test.skipIf(!existsSync(DATA)).each(
    ['vikings', 'gumshoe', 'mostly-genius'].flatMap((name) => [
      [name, 'fountain'],
      [name, 'fdx'],
    ]),
  )('script %s as %s: every scene, and the same pages', async (name, format) => {
    const { develop } = setUp()
    const source = readFileSync(join(DATA, name ?? '', `source.${format}`), 'utf8')
    const result = await develop({ source })
    const script = format === 'fdx' ? fromFdx(source) : parseFountain(source)
    expect(result.scenes).toHaveLength(script.elements.filter(({ type }) => type === 'scene_heading').length)
    expect(result.pages).toBeCloseTo(measurePages(script), 1)
    expect(JSON.stringify(result).length).toBeLessThan(40_000)
    expect(result.findings.every(({ severity }) => severity !== 'error')).toBe(true)
  })

  test('a scene can be read alone', async () => {
    const { develop, writer } = setUp()
    const { script_id } = await develop({ source: OWN })
    expect(await writer.scene(script_id, 2)).toBe('EXT. SHORE - DAWN\n\nÉlodie runs. Gulls.\n\n> FADE OUT.\n')
    expect(await writer.scene(script_id, 3)).toBeUndefined()
    expect(await writer.scene('none', 1)).toBeUndefined()
  })
})
