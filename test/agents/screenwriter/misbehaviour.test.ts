import { describe, expect, test } from 'vitest'
import { createScreenwriter, type ScriptInput } from '../../../src/agents/screenwriter/index.ts'
import { GenerateError } from '../../../src/contract/errors.ts'
import type { GenerateEvent, GenerateRequest } from '../../../src/contract/generate.ts'
import { measurePages, parseFountain } from '../../../src/screenplay/index.ts'
import { memoryDocumentStore } from '../../support/document-store.ts'
import { testWorld } from '../../support/test-world.ts'
import { type AnswerOverride, CAST, fakeWriter, questionName, sceneElements, validAnswer } from './fake-writer.ts'

const never = new AbortController().signal
const ASK: ScriptInput = { concept: 'A keeper finds a door under the sea.', format: 'short', target_pages: 4 }

function setUp(twist?: AnswerOverride) {
  const { generate, requests } = fakeWriter(twist)
  const world = testWorld()
  return {
    asked: requests,
    world,
    screenwriter: createScreenwriter({ generate, documents: memoryDocumentStore(), world }),
  }
}

/** The good elements of a scene, with a change. */
const scene = (request: GenerateRequest, change: (elements: Record<string, unknown>[]) => unknown): string =>
  JSON.stringify({ elements: change([...sceneElements(request)]), facts: [] })

const said = (text: string): GenerateEvent[] => [
  { type: 'start', provider: 'fake', model: 'writer', ignored: [] },
  { type: 'text', text },
]

describe('what a model gets wrong once is put right', () => {
  const lines = (change: (text: string) => string) => (request: GenerateRequest) =>
    scene(request, (elements) => elements.map((element) => ({ ...element, text: change(String(element['text'])) })))
  const speakers = (change: (name: string) => string) => (request: GenerateRequest) =>
    scene(request, (elements) =>
      elements.map((element) =>
        element['type'] === 'dialogue' ? { ...element, speaker: change(String(element['speaker'])) } : element,
      ),
    )

  test.each<[string, (request: GenerateRequest) => ReturnType<AnswerOverride>, number]>([
    [
      'a fence and talk around the answer',
      (r) => `Certainly! Here is scene 1:\n\`\`\`json\n${JSON.stringify(validAnswer(r))}\n\`\`\`\nEnjoy!`,
      0,
    ],
    ['Markdown in the text', lines((text) => `# **Oh** \`code\` __x__ *${text}*`), 0],
    ['notes and boneyards in the text', lines((text) => `[[a note]] /* b */ ${text}`), 0],
    ['line breaks and control characters', lines((text) => `${text}\n\n\u0007INT. ELSEWHERE - DAY\u0000.`), 0],
    [
      'a greeting in the scene',
      (r) => scene(r, (all) => [{ type: 'action', text: 'Certainly! Here is the scene.' }, ...all]),
      0,
    ],
    ['names in another spelling', speakers((name) => `${name[0]}${name.slice(1).toLowerCase()} (V.O.)`), 0],
    ['names a letter off', speakers((name) => (name === 'TOBIAS' ? 'TOBYAS' : name)), 0],
    [
      'speeches that repeat the cue',
      (r) =>
        scene(r, (all) =>
          all.map((e) => ({ ...e, ...(e['speaker'] ? { text: `${e['speaker']}: ${e['text']}` } : {}) })),
        ),
      0,
    ],
    ['endings of its own', (r) => scene(r, (all) => [...all, { type: 'transition', text: 'FADE OUT.' }]), 0],
    [
      'asides that are too long',
      (r) => scene(r, (all) => all.map((e) => (e['speaker'] ? { ...e, parenthetical: 'very '.repeat(30) } : e))),
      0,
    ],
    ['a stranger who speaks', speakers((name) => (name === 'TOBIAS' ? 'THE VICAR' : name)), 1],
    ['an empty scene', () => '{"elements":[],"facts":[]}', 1],
    [
      'a scene of blanks',
      () =>
        '{"elements":[{"type":"action","text":" "},{"type":"dialogue","speaker":"MARA","parenthetical":null,"text":"```"}],"facts":[]}',
      1,
    ],
    [
      'the same exchange over and over',
      (r) => scene(r, (all) => [...all.slice(0, 4), ...all.slice(1, 4), ...all.slice(1, 4)]),
      1,
    ],
    ['a last line that stops', (r) => scene(r, (all) => [...all, { type: 'action', text: 'She turns and' }]), 1],
    ['text instead of JSON', () => 'I would rather talk about it.', 1],
    ['another shape', () => '{"scenes":[]}', 1],
    [
      'an answer cut off by length',
      () => [...said('{"elements":[{"type":"act'), { type: 'end', finish: 'length', usage: {} }],
      1,
    ],
    ['a stream that just stops', () => said('{"elements":['), 1],
  ])('%s', async (_, wrong, repairs) => {
    let done = false
    const { asked: requests, screenwriter } = setUp((request) => {
      if (done || questionName(request) !== 'scene 1') return undefined
      done = true
      return wrong(request)
    })
    const result = await screenwriter.develop(ASK, { signal: never })
    expect(result.status).toBe('complete')
    expect(result.findings.map(({ code }) => code)).toEqual(['CHECKED'])
    expect(requests.filter((request) => questionName(request) === 'scene 1')).toHaveLength(1 + repairs)
    const script = parseFountain(result.fountain ?? '')
    expect(Math.abs(measurePages(script) - 4)).toBeLessThanOrEqual(0.4)
    expect(script.elements.flatMap((e) => (e.type === 'character' && !CAST.includes(e.name) ? e.name : []))).toEqual([])
    expect(script.elements.filter(({ type }) => type === 'scene_heading')).toHaveLength(result.scenes.length)
    expect(result.fountain).not.toMatch(/\*|```|__|Certainly|Here is|\[\[|\/\*|VICAR|ENDS/)
    expect(result.fountain?.match(/FADE OUT/g)).toHaveLength(1)
  })

  test('a cast of names that look alike is asked for again, and settled by code at last', async () => {
    const alike = {
      characters: ['ANNA', 'HANNA', 'anna', 'ZOE'].map((name) => ({ name, role: 'r', want: 'w', voice: 'v' })),
      sets: ['Lamp room'],
    }
    const { asked: requests, screenwriter } = setUp((request) =>
      request.json?.name === 'characters' ? JSON.stringify(alike) : undefined,
    )
    const result = await screenwriter.develop({ ...ASK, stop_after: 'characters' }, { signal: never })
    expect(result.characters.map(({ name }) => name)).toEqual(['ANNA', 'ZOE'])
    expect(requests.filter((request) => request.json?.name === 'characters')).toHaveLength(3)
  })

  test('one set gets one spelling, without what belongs to the heading', async () => {
    const sets = ['INT. Lamp Room - NIGHT', 'lamp room', '**Lamp  rooms**', 'the SHORE']
    const { screenwriter } = setUp((request) => {
      if (request.json?.name !== 'outline') return undefined
      const one = { int_ext: 'INT.', time: 'CONTINUOUS', summary: 'A turn.', characters: ['MARA'], pages: 1 }
      return JSON.stringify({ scenes: sets.map((set) => ({ ...one, set })) })
    })
    const { scenes } = await screenwriter.develop({ ...ASK, stop_after: 'outline' }, { signal: never })
    expect(scenes.map(({ heading }) => heading)).toEqual([
      'INT. LAMP ROOM - DAY',
      'INT. LAMP ROOM - CONTINUOUS',
      'INT. LAMP ROOM - CONTINUOUS',
      'INT. THE SHORE - CONTINUOUS',
    ])
  })

  test('an answer whose length was used up goes on from its last whole line, once', async () => {
    const { asked: requests, screenwriter } = setUp((request) => {
      if (questionName(request) !== 'scene 1') return undefined
      const text = JSON.stringify({ elements: sceneElements(request), facts: [] })
      return [...said(text.slice(0, text.length / 2)), { type: 'end', finish: 'length', usage: {} }]
    })
    const result = await screenwriter.develop(ASK, { signal: never })
    expect(result).toMatchObject({ status: 'complete' })
    expect(requests.map(questionName).filter((question) => question.startsWith('scene 1'))).toEqual([
      'scene 1',
      'scene 1+',
    ])
    expect(result.fountain).toContain('She counts to 0 in scene 1')
    expect(result.findings.map(({ code }) => code)).toEqual(['CHECKED'])
  })

  test('the router tells of such an answer as a failure, with what there was of it', async () => {
    const { asked: requests, screenwriter } = setUp((request) => {
      if (questionName(request) !== 'scene 1') return undefined
      const partial = JSON.stringify({ elements: sceneElements(request), facts: [] }).slice(0, -400)
      return new GenerateError({ kind: 'bad_response', partial }, 'It was cut off.')
    })
    expect((await screenwriter.develop(ASK, { signal: never })).status).toBe('complete')
    expect(requests.map(questionName).filter((question) => question.startsWith('scene 1'))).toEqual([
      'scene 1',
      'scene 1+',
    ])
  })

  test('a scene that copies the one before it is asked for again, and at last loses what it copied', async () => {
    const first: unknown[] = []
    const { asked: requests, screenwriter } = setUp((request) => {
      const own = sceneElements(request)
      if (questionName(request) === 'scene 1') first.push(...own)
      if (questionName(request) !== 'scene 2') return undefined
      return JSON.stringify({ elements: [...first.slice(0, 6), ...own], facts: [] })
    })
    const result = await screenwriter.develop(ASK, { signal: never })
    expect(result.status).toBe('complete')
    const second = requests.filter((request) => questionName(request) === 'scene 2')
    expect(second).toHaveLength(3)
    expect(JSON.stringify(second[1]?.messages.at(-1))).toContain('almost word for word in scene 1')
    const copied = String((first[1] as Record<string, unknown>)['text'])
    expect(result.fountain?.split(copied.slice(0, 40))).toHaveLength(2)
  })

  test('a model that only repeats itself is not asked for ever', async () => {
    const same = { elements: [{ type: 'action', text: 'She waits.' }], facts: [] }
    const { asked: requests, screenwriter } = setUp((request) =>
      request.json?.name === 'scene' ? JSON.stringify(same) : undefined,
    )
    const result = await screenwriter.develop(ASK, { signal: never })
    expect(result).toMatchObject({ status: 'failed', next: expect.stringContaining('does not pass its checks') })
    expect(result.findings.map(({ code }) => code)).toContain('F10')
    expect(requests.length).toBe(4 + result.scenes.length * 2 + 2)
  })
})

describe('the beats of an outline', () => {
  /** The good outline of three scenes for five beats, with other beats. */
  const serving = (request: GenerateRequest, ...beats: readonly unknown[]): string => {
    const { scenes } = validAnswer(request) as { readonly scenes: readonly object[] }
    return JSON.stringify({ scenes: scenes.map((one, at) => ({ ...one, beats: beats[at] })) })
  }
  const outlines = (requests: readonly GenerateRequest[]): readonly GenerateRequest[] =>
    requests.filter((request) => request.json?.name === 'outline')

  test.each<[string, readonly unknown[], string | undefined]>([
    ['that skips a beat', [[1], [2, 3], [5]], 'No scene serves beat 4'],
    ['out of order', [[1, 2], [5], [3, 4]], 'Scene 3 of this answer serves beat 3, but comes after'],
    ['of beats that are none', [[1, 2], [3, 4, 5], [9]], 'Give scene 3 of this answer the number of a beat'],
    ['that names no beats', [], 'No scene serves beats 1, 2, 3, 4, 5'],
    ['with beats in words', ['beat 1', ['2', '3'], 'beats 4 and 5'], undefined],
  ])('one %s is put right', async (_, beats, told) => {
    let done = false
    const { asked: requests, screenwriter } = setUp((request) => {
      if (done || request.json?.name !== 'outline') return undefined
      done = true
      return serving(request, ...beats)
    })
    const result = await screenwriter.develop(ASK, { signal: never })
    expect(result.status).toBe('complete')
    expect(result.findings.map(({ code }) => code)).toEqual(['CHECKED'])
    expect(outlines(requests)).toHaveLength(told === undefined ? 1 : 2)
    if (told !== undefined) expect(JSON.stringify(outlines(requests)[1]?.messages.at(-1))).toContain(told)
  })

  test.each<[string, readonly unknown[], number, string]>([
    ['a beat that is always left out', [[1], [2, 3], [5]], 2, 'No scene serves beat 4, Beat 3. '],
    ['an order that is always another', [[1, 2], [5], [3, 4]], 3, 'It serves beat 3, Beat 2, but comes after'],
  ])(
    '%s is a finding before the scenes are paid for and after, and holds nothing up',
    async (_, beats, scene, says) => {
      const { asked: requests, screenwriter } = setUp((request) =>
        request.json?.name === 'outline' ? serving(request, ...beats) : undefined,
      )
      const finding = { code: 'F19', severity: 'warn', scene, message: expect.stringContaining(says) }
      const outline = await screenwriter.develop({ ...ASK, stop_after: 'outline' }, { signal: never })
      expect(outline).toMatchObject({ status: 'complete', findings: [finding, { code: 'CHECKED' }] })
      expect(outline.findings[0]).not.toHaveProperty('line')
      expect(outline.findings.at(-1)?.message).toContain('0 of 1 checks passed')
      const result = await screenwriter.develop({ script_id: outline.script_id }, { signal: never })
      expect(result).toMatchObject({ status: 'complete', findings: [finding, { code: 'CHECKED' }] })
      expect(result.fountain?.split('\n')[(result.findings[0]?.line ?? 0) - 1]).toBe(result.scenes[scene - 1]?.heading)
      expect(outlines(requests)).toHaveLength(2)
      // No scene is gone over for it: that would not change what the outline has.
      expect(requests).toHaveLength(3 + 2 + result.scenes.length)
    },
  )

  test('of a model that never names a beat it is not known which its scenes serve', async () => {
    const { asked: requests, screenwriter } = setUp((request) =>
      request.json?.name === 'outline' ? serving(request) : undefined,
    )
    const result = await screenwriter.develop(ASK, { signal: never })
    expect(result).toMatchObject({ status: 'complete', findings: [{ code: 'CHECKED' }] })
    expect(result.findings[0]?.message).toMatch(/^17 of 17 .*F18 [^,]*\. Not checked: F19 .*not known\)\.$/)
    expect(outlines(requests)).toHaveLength(2)
  })

  test('of a long outline every part has its own beats; numbers from 1 in a later part are put right', async () => {
    let done = false
    const { asked: requests, screenwriter } = setUp((request) => {
      if (done || !/^outline beats [2-9]/.test(questionName(request))) return undefined
      done = true
      const { scenes } = validAnswer(request) as { readonly scenes: readonly { readonly beats: readonly number[] }[] }
      const first = scenes[0]?.beats[0] ?? 1
      return JSON.stringify({
        scenes: scenes.map((one) => ({ ...one, beats: one.beats.map((beat) => beat - first + 1) })),
      })
    })
    const long: ScriptInput = { ...ASK, format: 'tv_pilot', target_pages: 60, stop_after: 'outline' }
    const result = await screenwriter.develop(long, { signal: never })
    expect(result.findings.map(({ code }) => code)).toEqual(['CHECKED'])
    const again = outlines(requests).find(({ messages }) => messages.length > 1)
    expect(JSON.stringify(again?.messages.at(-1))).toMatch(/Beats \d+ to \d+ are to be outlined, not beats 1, 2/)
  })
})

describe('the length', () => {
  test.each([
    ['a tenth of what is asked for', 0.1],
    ['four times what is asked for', 4],
  ])('%s in every answer: the script has its length, or says that it has not', async (_, factor) => {
    const { asked: requests, screenwriter } = setUp((request) =>
      request.json?.name === 'scene'
        ? JSON.stringify({ elements: sceneElements(request, factor), facts: [] })
        : undefined,
    )
    const result = await screenwriter.develop({ ...ASK, target_pages: 12 }, { signal: never })
    const fits = Math.abs(result.pages - 12) <= 1.2
    expect(result.status).toBe(fits ? 'complete' : 'failed')
    expect(result.findings.some(({ code }) => code === 'F10')).toBe(!fits)
    expect(requests.length).toBeLessThan(4 + result.scenes.length * 5)
  })

  test('an outline whose pages make no sense is scaled to what was asked for', async () => {
    const { screenwriter } = setUp((request) => {
      if (request.json?.name !== 'outline') return undefined
      const one = { int_ext: 'INT.', set: 'Lamp room', time: 'NIGHT', summary: 'A turn.', characters: ['MARA'] }
      return JSON.stringify({ scenes: [4, 0.1, 4].map((pages) => ({ ...one, pages })) })
    })
    const result = await screenwriter.develop(ASK, { signal: never })
    expect(result.status).toBe('complete')
    expect(Math.abs(result.pages - 4)).toBeLessThanOrEqual(0.4)
  })
})

describe('the editor', () => {
  const short = [{ type: 'action', text: 'She waits.' }]

  test('a script that does not pass its checks says so, keeps what is written, and is gone over when it goes on', async () => {
    let wrong = true
    const { asked: requests, screenwriter } = setUp((request) => {
      if (!wrong || request.json?.name !== 'scene') return undefined
      return JSON.stringify({ elements: short, facts: [] })
    })
    const failed = await screenwriter.develop(ASK, { signal: never })
    expect(failed.status).toBe('failed')
    expect(failed.scenes.every(({ status }) => status === 'written')).toBe(true)
    wrong = false
    const before = requests.length
    const result = await screenwriter.develop({ script_id: failed.script_id }, { signal: never })
    expect(requests.length - before).toBeLessThanOrEqual(6)
    expect(result.status).toBe('complete')
  })
})

describe('what cannot be put right fails, with everything finished saved', () => {
  test.each<[string, () => ReturnType<AnswerOverride>, string, number]>([
    ['a refusal', () => [...said(''), { type: 'end', finish: 'content_filter', usage: {} }], 'declined', 1],
    [
      'a provider that refuses',
      () => new GenerateError({ kind: 'filtered' }, 'It declined to write this.'),
      'declined',
      1,
    ],
    ['no key', () => new GenerateError({ kind: 'auth' }, 'No key for fake: set FAKE_API_KEY.'), 'FAKE_API_KEY', 1],
    ['answers that are never JSON', () => 'No.', 'scene 2', 3],
    ['scenes that are always empty', () => '{"elements":[],"facts":[]}', 'The scene is empty.', 3],
    [
      'only strangers speaking',
      () => '{"elements":[{"type":"dialogue","speaker":"X","parenthetical":null,"text":"Oh."}],"facts":[]}',
      'not in the cast',
      3,
    ],
  ])('%s in scene 2', async (_, wrong, message, tries) => {
    let broken = true
    const { asked: requests, screenwriter } = setUp((request) =>
      broken && questionName(request) === 'scene 2' ? wrong() : undefined,
    )
    const failed = await screenwriter.develop(ASK, { signal: never })
    expect(failed).toMatchObject({ status: 'failed', stage: 'script', next: expect.stringContaining(message) })
    expect(failed.next).toContain(`script_id "${failed.script_id}"`)
    expect(failed.scenes.map(({ status }) => status)).toEqual(['written', 'outlined', 'outlined'])
    expect(failed.fountain).toContain('INT. LAMP ROOM - NIGHT')
    expect(failed.calls).toBe(requests.length)
    const before = requests.map(questionName)
    expect(before.filter((question) => question === 'scene 2')).toHaveLength(tries)
    broken = false
    const result = await screenwriter.develop({ script_id: failed.script_id }, { signal: never })
    expect(result).toMatchObject({ status: 'complete', calls: requests.length })
    expect(requests[before.length] && questionName(requests[before.length] as GenerateRequest)).toBe('scene 2')
    expect(requests.slice(before.length).map(questionName)).not.toContain('scene 1')
  })
})

test('a refusal in scene 7: six scenes are there to read, and the seventh is what it goes on with', async () => {
  let broken = true
  const { asked: requests, screenwriter } = setUp((request) =>
    broken && questionName(request) === 'scene 7'
      ? [...said(''), { type: 'end', finish: 'content_filter', usage: {} }]
      : undefined,
  )
  const failed = await screenwriter.develop({ ...ASK, target_pages: 12 }, { signal: never })
  expect(failed).toMatchObject({ status: 'failed', next: expect.stringContaining('declined') })
  expect(failed.scenes.filter(({ status }) => status === 'written')).toHaveLength(6)
  expect(await screenwriter.scene(failed.script_id, 6)).toContain('She counts to')
  expect(await screenwriter.scene(failed.script_id, 7)).toBeUndefined()
  expect(failed).toMatchObject({ calls: requests.length, cost_usd: requests.length / 1_000 })
  expect(failed.scenes[6]).toMatchObject({ attempts: 1, cost_usd: 0.001 })
  broken = false
  const before = requests.length
  const result = await screenwriter.develop({ script_id: failed.script_id, model: 'fake/other' }, { signal: never })
  expect(result.status).toBe('complete')
  expect(requests[before]?.model).toBe('fake/other')
  expect(requests.slice(before).map(questionName)[0]).toBe('scene 7')
  expect(result.scenes[6]).toMatchObject({
    attempts: 1 + requests.slice(before).filter((r) => questionName(r).startsWith('scene 7')).length,
  })
})
