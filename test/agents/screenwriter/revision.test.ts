import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createScreenwriter, type ScriptInput } from '../../../src/agents/screenwriter/index.ts'
import {
  fromFdx,
  measurePages,
  parseFountain,
  type Script,
  type ScriptElement,
  type Tag,
  tagsOf,
  toFdx,
} from '../../../src/screenplay/index.ts'
import { memoryDocumentStore } from '../../support/document-store.ts'
import { testWorld } from '../../support/test-world.ts'
import { fakeWriter, promptText, questionName } from './fake-writer.ts'

const never = new AbortController().signal
const ASK: ScriptInput = { concept: 'A keeper finds a door under the sea.', format: 'short', target_pages: 4 }
const DATA = join(import.meta.dirname, '../../../../shared/data/screenplay/final-draft')
const NOTHING = { rewrite: [], remove: [], add: [], characters: [], rename: [], title: null }

function setUp(plan: object = {}) {
  const { generate, requests } = fakeWriter((request) =>
    request.json?.name === 'revision' ? JSON.stringify({ ...NOTHING, ...plan }) : undefined,
  )
  const screenwriter = createScreenwriter({ generate, documents: memoryDocumentStore(), world: testWorld() })
  const kept = async (id: string) => JSON.parse(String(await screenwriter.export(id, 'json')))
  return { asked: requests, screenwriter, kept }
}

const scenesIn = (fountain = ''): string[] => fountain.split(/^(?=(?:INT|EXT)\. )/m).slice(1)

describe('notes on a finished script', () => {
  test('a name is changed by rule everywhere, and nothing else is asked for', async () => {
    const { asked: requests, screenwriter } = setUp({ rename: [{ from: 'Mara', to: 'Oda' }], title: 'Low Water' })
    const first = await screenwriter.develop(ASK, { signal: never })
    const before = requests.length
    const second = await screenwriter.develop({ script_id: first.script_id, notes: 'Call her Oda.' }, { signal: never })
    expect(second.status).toBe('complete')
    expect(requests.slice(before).map(questionName)).toEqual(['revision'])
    expect(second.title).toBe('Low Water')
    expect(second.characters.map(({ name }) => name)).toEqual(['ODA', 'TOBIAS', 'INES'])
    expect(second.fountain).toBe(first.fountain?.replaceAll('MARA', 'ODA').replace('The Door Below', 'Low Water'))
  })

  test('scenes are added and taken out, and the others stay word for word', async () => {
    const add = [
      {
        after: 1,
        int_ext: 'EXT.',
        set: 'The reef',
        time: 'DAY',
        summary: 'He dives.',
        characters: ['GREGOR'],
        pages: 1,
      },
    ]
    const {
      asked: requests,
      screenwriter,
      kept,
    } = setUp({
      add,
      remove: [2],
      characters: [{ name: 'Gregor', role: 'a diver', want: 'air', voice: 'short' }],
    })
    const first = await screenwriter.develop(ASK, { signal: never })
    const before = requests.length
    const second = await screenwriter.develop({ script_id: first.script_id, notes: 'A dive.' }, { signal: never })
    expect(second.status).toBe('complete')
    expect(new Set(requests.slice(before).map((request) => questionName(request).replace('+', '')))).toEqual(
      new Set(['revision', 'scene 2']),
    )
    const [old, now] = [scenesIn(first.fountain), scenesIn(second.fountain)]
    expect(now).toHaveLength(old.length)
    expect([now[0], now[2]]).toEqual([old[0], old[2]])
    expect(now[1]).toMatch(/^EXT\. THE REEF - DAY/)
    expect(second.characters.map(({ name }) => name)).toContain('GREGOR')
    expect(Math.abs(second.pages - second.target_pages)).toBeLessThanOrEqual(second.target_pages / 10)
    expect((await kept(first.script_id)).versions[0].scenes).toHaveLength(old.length)
  })

  test('a beat whose scene is taken out is told of, until notes add a scene of it where it belongs', async () => {
    const card = { int_ext: 'EXT.', set: 'Reef', time: 'DAY', summary: 'On.', characters: ['MARA'], pages: 1 }
    const plans = [
      { ...NOTHING, remove: [2] },
      { ...NOTHING, add: [{ ...card, beats: [2, 3], after: 0 }] },
      { ...NOTHING, add: [{ ...card, beats: [2, 3], after: 2 }] },
    ]
    const { generate } = fakeWriter((request) =>
      request.json?.name === 'revision' ? JSON.stringify(plans.shift()) : undefined,
    )
    const screenwriter = createScreenwriter({ generate, documents: memoryDocumentStore(), world: testWorld() })
    const { script_id } = await screenwriter.develop(ASK, { signal: never })
    const revised = async (notes: string) => {
      const { status, findings } = await screenwriter.develop({ script_id, notes }, { signal: never })
      return {
        status,
        missing: findings.filter(({ code }) => code === 'F19').map(({ message }) => message.slice(0, 22)),
      }
    }
    const missing = ['No scene serves beat 2', 'No scene serves beat 3']
    expect(await revised('Without the shore.')).toEqual({ status: 'complete', missing })
    expect(await revised('A reef, first thing.')).toEqual({ status: 'complete', missing })
    expect(await revised('The reef where the shore was.')).toEqual({ status: 'complete', missing: [] })
  })

  test('another length is a note of its own', async () => {
    const { asked: requests, screenwriter } = setUp({ rewrite: [1, 2] })
    const { script_id } = await screenwriter.develop(ASK, { signal: never })
    const before = requests.length
    const longer = await screenwriter.develop({ script_id, target_pages: 6 }, { signal: never })
    expect(longer).toMatchObject({ status: 'complete', target_pages: 6 })
    expect(Math.abs(longer.pages - 6)).toBeLessThanOrEqual(0.6)
    expect(promptText(requests[before] ?? { model: '', messages: [] })).toContain('6 pages long')
  })

  test('the length that was asked for may be said again: it asks for nothing', async () => {
    const card = { after: 1, int_ext: 'EXT.', set: 'Reef', time: 'DAY', summary: 'On.', characters: ['MARA'], pages: 1 }
    const { asked: requests, screenwriter } = setUp({ add: [card] })
    const { script_id } = await screenwriter.develop(ASK, { signal: never })
    const longer = await screenwriter.develop({ script_id, notes: 'A reef.' }, { signal: never })
    expect(longer.target_pages).toBe(5)
    const before = requests.length
    expect(await screenwriter.develop({ script_id, target_pages: 4 }, { signal: never })).toEqual(longer)
    expect(await screenwriter.develop({ script_id, target_pages: 5 }, { signal: never })).toEqual(longer)
    expect(requests.length).toBe(before)
  })

  test('a plan that changes nothing is asked for again', async () => {
    const { asked: requests, screenwriter } = setUp()
    const { script_id } = await screenwriter.develop(ASK, { signal: never })
    const before = requests.length
    const failed = await screenwriter.develop({ script_id, notes: 'Better.' }, { signal: never })
    expect(failed).toMatchObject({ status: 'failed', next: expect.stringContaining('Nothing would change') })
    expect(requests.slice(before).map(questionName)).toEqual(['revision', 'revision', 'revision'])
  })
})

describe('a stage made anew', () => {
  test.each([
    ['logline', []],
    ['characters', ['story']],
    ['beats', ['story', 'characters']],
    ['outline', ['story', 'characters', 'beats']],
  ] as const)('%s: what came before it stays, what was made from it is gone but kept', async (redo, stays) => {
    const { asked: requests, screenwriter, kept } = setUp()
    const { script_id } = await screenwriter.develop(ASK, { signal: never })
    const [before, old] = [requests.length, await kept(script_id)]
    const again = await screenwriter.develop({ script_id, redo, notes: 'Less rain.' }, { signal: never })
    expect(again).toMatchObject({ status: 'complete', stage: redo === 'outline' ? 'script' : expect.anything() })
    expect(requests.slice(before).map((request) => questionName(request).split(' ')[0])).toEqual([redo])
    expect(promptText(requests[before] ?? { model: '', messages: [] })).toContain('A wish: Less rain.')
    const now = await kept(script_id)
    for (const stage of stays) expect(now[stage]).toEqual(old[stage])
    expect(now.versions.at(-1)).toMatchObject({ notes: 'Less rain.', scenes: old.outline.scenes })
    expect((await screenwriter.develop({ script_id }, { signal: never })).status).toBe('complete')
  })

  test('what was only outlined is kept too', async () => {
    const { screenwriter, kept } = setUp()
    const { script_id } = await screenwriter.develop({ ...ASK, stop_after: 'outline' }, { signal: never })
    const old = await kept(script_id)
    await screenwriter.develop({ script_id, redo: 'beats' }, { signal: never })
    const { versions, outline } = await kept(script_id)
    expect(outline).toBeUndefined()
    expect(versions).toEqual([
      {
        notes: 'beats made anew',
        story: old.story,
        characters: old.characters,
        beats: old.beats,
        scenes: old.outline.scenes,
      },
    ])
  })

  test('five versions are kept, and fewer shown where they would be too long to read', async () => {
    const { screenwriter, kept } = setUp({ rewrite: [1] })
    const long = { ...ASK, format: 'feature', target_pages: 110 } as const
    const { script_id } = await screenwriter.develop(long, { signal: never })
    for (let round = 0; round < 4; round++) {
      await screenwriter.develop({ script_id, notes: `Round ${round}.` }, { signal: never })
    }
    const shown = await kept(script_id)
    expect(JSON.stringify(shown, null, 1).length).toBeLessThan(900_000)
    expect(shown.versions.length + shown.versions_left_out).toBe(4)
    expect(shown.versions.at(-1).notes).toBe('Round 3.')
  }, 60_000)

  test('script: every scene is written again, from the same outline', async () => {
    const { asked: requests, screenwriter } = setUp()
    const first = await screenwriter.develop(ASK, { signal: never })
    const before = requests.length
    const again = await screenwriter.develop({ script_id: first.script_id, redo: 'script' }, { signal: never })
    expect(again.status).toBe('complete')
    expect(again.scenes.map(({ heading }) => heading)).toEqual(first.scenes.map(({ heading }) => heading))
    expect(requests.slice(before).every((request) => questionName(request).startsWith('scene'))).toBe(true)
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
Nobody comes here.

ÉLODIE ^
Somebody does.
~Row, row

[[check the tide]]

EXT. SHORE - DAWN

Élodie runs. Gulls.

> FADE OUT.
`

describe("a person's own script", () => {
  test('is taken as it is, for nothing, and checked with advice', async () => {
    const { asked: requests, screenwriter } = setUp()
    const result = await screenwriter.develop({ source: OWN }, { signal: never })
    expect(requests).toHaveLength(0)
    expect(result).toMatchObject({ status: 'complete', title: 'Low Water', logline: null, calls: 0, cost_usd: 0 })
    expect(parseFountain(result.fountain ?? '').elements.map(({ at: _, ...element }) => element)).toEqual(
      parseFountain(OWN).elements.map(({ at: _, ...element }) => element),
    )
    expect(parseFountain(result.fountain ?? '').titlePage).toEqual(parseFountain(OWN).titlePage)
    expect(result.characters.map(({ name }) => name)).toEqual(['MARA', 'ÉLODIE'])
    expect(result.scenes.map(({ heading, summary }) => [heading, summary])).toEqual([
      ['INT. LAMP ROOM - NIGHT', 'Mara keeps the lamp.'],
      ['EXT. SHORE - DAWN', 'Élodie runs. Gulls.'],
    ])
    expect(result.findings.at(-1)?.code).toBe('CHECKED')
    expect(result.findings.at(-1)?.message).not.toContain('F19')
    expect(result.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test('what is wrong with it is told with the lines of the text that was given', async () => {
    const { screenwriter } = setUp()
    const text = `Title: X\nAuthor: Y\n\n\n\nINT. HOUSE - DAY\n\nHere is your screenplay scene version:\n\nA door.\n`
    const { findings } = await screenwriter.develop({ source: text }, { signal: never })
    expect(findings).toContainEqual(expect.objectContaining({ code: 'F01', severity: 'warn', line: 8, scene: 1 }))
  })

  test('notes change the scene that they concern and leave the rest as it was written', async () => {
    const { screenwriter, asked: requests } = setUp({ rewrite: [2] })
    const result = await screenwriter.develop({ source: OWN, notes: 'Make the shore busier.' }, { signal: never })
    expect(result.status).toBe('complete')
    expect(requests.map(questionName)).toEqual(['revision', 'scene 2'])
    expect(promptText(requests[1] ?? { model: '', messages: [] })).toContain('Élodie runs. Gulls.')
    const [one = '', two = ''] = scenesIn(result.fountain)
    expect(one.trim()).toBe(scenesIn(OWN)[0]?.trim())
    expect(two).toMatch(/^EXT\. SHORE - DAWN\n\n/)
    expect(two).not.toContain('Gulls')
    expect(result.fountain?.startsWith('Title: **Low Water**\nAuthor: Ada Quill\nDraft date: 2026-11-01\n')).toBe(true)
    expect(Math.abs(result.pages - result.target_pages)).toBeLessThanOrEqual(0.25)
  })

  test('a new name stands before the first heading too', async () => {
    const { screenwriter } = setUp({ rename: [{ from: 'Mara', to: 'Oda' }] })
    const source = `Mara alone.\n\n${OWN.slice(OWN.indexOf('INT.'))}`
    const { script_id } = await screenwriter.develop({ source }, { signal: never })
    const result = await screenwriter.develop({ script_id, notes: 'Call her Oda.' }, { signal: never })
    expect(result.fountain).toContain('Oda alone.')
    expect(result.fountain).not.toMatch(/mara/i)
  })

  test('it is gone on with: new scenes, its length as asked', async () => {
    const card = { int_ext: 'EXT.', set: 'Reef', time: 'DAY', summary: 'On.', characters: ['MARA'], pages: 1 }
    const { screenwriter } = setUp({
      add: [
        { ...card, after: 2 },
        { ...card, set: 'Boat', after: 2 },
      ],
    })
    const { script_id, pages } = await screenwriter.develop({ source: OWN }, { signal: never })
    const result = await screenwriter.develop({ script_id, notes: 'Go on.', target_pages: 3 }, { signal: never })
    expect(result).toMatchObject({ status: 'complete', target_pages: 3 })
    expect(pages).toBeLessThan(1)
    expect(result.scenes.map(({ heading }) => heading)).toEqual([
      'INT. LAMP ROOM - NIGHT',
      'EXT. SHORE - DAWN',
      'EXT. REEF - DAY',
      'EXT. BOAT - DAY',
    ])
    expect(Math.abs(measurePages(parseFountain(result.fountain ?? '')) - 3)).toBeLessThanOrEqual(0.3)
  })

  test.each<[string, ScriptInput, string]>([
    ['no scene in it', { source: 'Dear Sir, thank you.' }, 'no scene heading'],
    ['a source for an earlier script', { script_id: 'id2', source: OWN }, 'leave script_id out'],
    ['a stage of it made anew', { script_id: 'id2', redo: 'beats' }, 'has no stages'],
  ])('%s is refused', async (_, input, message) => {
    const { screenwriter } = setUp()
    await screenwriter.develop({ source: OWN }, { signal: never })
    await expect(screenwriter.develop(input, { signal: never })).rejects.toThrow(message)
  })

  test("Final Draft's own files are taken too", async () => {
    const { screenwriter, asked: requests } = setUp()
    const script = parseFountain(OWN)
    const result = await screenwriter.develop({ source: toFdx(script) }, { signal: never })
    expect(result).toMatchObject({ status: 'complete', title: 'Low Water', calls: 0 })
    expect(requests).toHaveLength(0)
    expect(parseFountain(result.fountain ?? '').elements.map(({ at: _, ...element }) => element)).toEqual(
      script.elements.map(({ at: _, ...element }) => element),
    )
    await expect(screenwriter.develop({ source: '<html>INT. HOUSE - DAY</html>' }, { signal: never })).rejects.toThrow(
      'no Final Draft script',
    )
  })

  test('tags stay on what they are on, under a new name too', async () => {
    const tagged = (name: string): Script => ({
      titlePage: parseFountain(OWN).titlePage,
      elements: parseFountain(OWN).elements.map(({ at: _, ...element }): ScriptElement => {
        const lamp: Tag = { category: 'Props', text: 'lamp' }
        const who: Tag = { category: 'Cast Members', text: name, label: `${name} (30)` }
        if (element.type === 'scene_heading') return { ...element, tags: [{ ...lamp, text: 'LAMP' }] }
        return element.type === 'action' || element.type === 'synopsis' ? { ...element, tags: [who, lamp] } : element
      }),
    })
    const { screenwriter } = setUp({ rename: [{ from: 'Mara', to: 'Oda' }] })
    const { script_id } = await screenwriter.develop({ source: toFdx(tagged('Mara')) }, { signal: never })
    expect(fromFdx(String(await screenwriter.export(script_id, 'fdx')))).toEqual(tagged('Mara'))
    await screenwriter.develop({ script_id, notes: 'Call her Oda.' }, { signal: never })
    const renamed = fromFdx(String(await screenwriter.export(script_id, 'fdx')))
    expect(renamed.elements.flatMap(tagsOf)).toEqual(tagged('Oda').elements.flatMap(tagsOf))
  })

  test.skipIf(!existsSync(DATA)).each(
    ['vikings', 'gumshoe', 'mostly-genius'].flatMap((name) => [
      [name, 'fountain'],
      [name, 'fdx'],
    ]),
  )('a script as it came (%s as %s): every scene, and the same pages', async (name, format) => {
    const { screenwriter } = setUp()
    const source = readFileSync(join(DATA, name, `source.${format}`), 'utf8')
    const result = await screenwriter.develop({ source }, { signal: never })
    const script = format === 'fdx' ? fromFdx(source) : parseFountain(source)
    expect(result.scenes).toHaveLength(script.elements.filter(({ type }) => type === 'scene_heading').length)
    expect(result.pages).toBeCloseTo(measurePages(script), 1)
    expect(JSON.stringify(result).length).toBeLessThan(40_000)
    expect(result.findings.every(({ severity }) => severity !== 'error')).toBe(true)
  })

  test('a scene can be read alone', async () => {
    const { screenwriter } = setUp()
    const { script_id } = await screenwriter.develop({ source: OWN }, { signal: never })
    expect(await screenwriter.scene(script_id, 2)).toBe(
      'EXT. SHORE - DAWN\n\nÉlodie runs. Gulls.\n\nFADE OUT.\n'.replace('FADE OUT.', '> FADE OUT.'),
    )
    expect(await screenwriter.scene(script_id, 3)).toBeUndefined()
    expect(await screenwriter.scene('nobody', 1)).toBeUndefined()
  })
})
