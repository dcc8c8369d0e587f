import { describe, expect, test } from 'vitest'
import type { Document, Scene, SceneElement } from '../../../../src/agents/screenwriter/document.ts'
import { edited, looked, obstacle } from '../../../../src/agents/screenwriter/edit.ts'
import { pagesOf } from '../../../../src/agents/screenwriter/render.ts'
import { newDocument } from '../../../../src/agents/screenwriter/standing.ts'
import { createSpendingMeter, type ModelAsker } from '../../../../src/agents/shared/ask-model.ts'
import type { Generate } from '../../../../src/contract/generate.ts'
import { CAST, fakeWriter, promptText } from '../fake-writer.ts'

/** Words that no other line has. */
const words = (seed: number, count: number): string =>
  Array.from({ length: count }, (_, at) => `w${seed}x${at}`).join(' ')

const lines = (seed: number, count: number): readonly SceneElement[] =>
  Array.from({ length: count }, (_, at) =>
    at % 2
      ? { type: 'dialogue', speaker: CAST[at % 3] ?? '', parenthetical: null, text: `${words(seed + at, 9)}.` }
      : { type: 'action', text: `MARA, TOBIAS and INES: ${words(seed + at, 12)}.` },
  )

/** Said in a way that no rule mends: it is too long for a parenthetical. */
const wrong = (elements: readonly SceneElement[]): readonly SceneElement[] =>
  elements.map((element) => (element.type === 'dialogue' ? { ...element, parenthetical: words(9_000, 12) } : element))

function script(scenes: readonly (readonly SceneElement[])[], pages: number, more: Partial<Scene> = {}): Document {
  return {
    ...newDocument('id', { concept: 'x', target_pages: pages }),
    story: { title: 'X', logline: 'X', theme: 'X' },
    characters: CAST.map((name) => ({ name, role: 'r', want: 'w', voice: 'v' })),
    beats: [],
    outlined: true,
    outline: {
      batches: 1,
      scenes: scenes.map((elements, at) => ({
        heading: `INT. ROOM ${at + 1} - DAY`,
        summary: '',
        characters: CAST,
        pages: pages / scenes.length,
        elements,
        passes: 1,
        done: true,
        facts: [],
        ...more,
      })),
    },
  }
}

function asker(generate: Generate): ModelAsker {
  return {
    generate,
    model: 'fake/writer',
    tool: 'develop_script',
    signal: new AbortController().signal,
    newId: () => 'id',
    meter: createSpendingMeter(),
  }
}

const whole = script([lines(0, 20), lines(100, 20), lines(200, 20)], 3)
const fits: Document = { ...whole, brief: { ...whole.brief, target_pages: pagesOf(whole) } }
const withWrong = (numbers: readonly number[]): Document => ({
  ...fits,
  outline: {
    batches: 1,
    scenes: (fits.outline?.scenes ?? []).map((scene, at) =>
      numbers.includes(at + 1) ? { ...scene, elements: wrong(scene.elements.slice(0, 16)) } : scene,
    ),
  },
})

describe('what the editor looks at', () => {
  test('a script that passes its checks is left alone', () => {
    expect(obstacle(fits)).toBeUndefined()
    expect(looked(fits)).toEqual({ ...fits, edit: [] })
  })

  test('scenes with findings, a bounded number of them', () => {
    const { edit } = looked(withWrong([1, 2, 3]))
    expect(edit?.map(({ scene }) => scene)).toEqual([1, 2])
    expect(edit?.[0]?.problems[0]).toMatch(/parenthetical is too long/)
    expect(obstacle(withWrong([2]))).toMatch(/does not pass its checks\. F13 in scene 2: /)
  })

  test('what a person wrote, and what the last notes left alone, is not touched', () => {
    const document = withWrong([1, 2])
    const scenes = document.outline?.scenes ?? []
    expect(looked({ ...document, versions: [{ notes: 'x', scenes }] }).edit).toEqual([])
  })

  test('who never appears leaves the cast, or comes in where a person asked for them', () => {
    const stranger = { name: 'ODA', role: 'r', want: 'w', voice: 'v' }
    const more: Document = { ...fits, characters: [...(fits.characters ?? []), stranger] }
    expect(looked(more)).toEqual({ ...fits, edit: [] })
    const { characters, edit } = looked({ ...more, brief: { ...more.brief, characters: ['Oda, a diver'] } })
    expect(characters).toContainEqual(stranger)
    expect(edit).toEqual([{ scene: 3, problems: ['ODA is in the cast but never appears: bring ODA in.'] }])
  })

  test('what is too long loses from its middle, by rule', () => {
    const long = script([lines(0, 80), lines(300, 20)], 3)
    const { edit, ...shorter } = looked(long)
    expect(edit).toEqual([])
    expect(pagesOf(shorter as Document)).toBeLessThanOrEqual(3.3)
    const [first, second] = [shorter.outline?.scenes[0]?.elements ?? [], shorter.outline?.scenes[1]?.elements]
    expect(first.at(-1)).toEqual(lines(0, 80).at(-1))
    expect(second).toEqual(lines(300, 20))
  })

  test('what is too short is gone on with where it lacks most', () => {
    const { edit } = looked(script([lines(0, 20), lines(100, 4), lines(200, 20)], 4))
    expect(edit).toEqual([
      { scene: 2, problems: [] },
      { scene: 1, problems: [] },
    ])
  })
})

describe('what the editor does', () => {
  const good: Generate = (request, call) => fakeWriter().generate(request, call)

  test('a scene is written anew by its problems, and taken where it became better', async () => {
    const document = looked(withWrong([2]))
    const prompts: string[] = []
    const next = await edited(
      asker((request, call) => {
        prompts.push(promptText(request))
        return good(request, call)
      }),
      document,
    )
    expect(prompts).toHaveLength(1)
    expect(prompts[0]).toMatch(/It was:\n[\s\S]*Put this right and change nothing else:\n- .*parenthetical/)
    expect(next.edit).toEqual([])
    expect(obstacle(next)).toBeUndefined()
    expect(next.outline?.scenes[0]).toEqual(document.outline?.scenes[0])
    expect(next.outline?.scenes[1]?.elements).not.toEqual(document.outline?.scenes[1]?.elements)
  })

  test.each<[string, string]>([
    ['no better', JSON.stringify({ elements: 'none', facts: [] })],
    ['much too short', JSON.stringify({ elements: [{ type: 'action', text: 'She waits.' }], facts: [] })],
  ])('an answer that is %s changes nothing', async (_, answer) => {
    const document = looked(withWrong([2]))
    const { generate } = fakeWriter(() => answer)
    const next = await edited(asker(generate), document)
    expect(next).toEqual({ ...document, edit: [] })
  })

  test('where length is missing the scene is opened again', async () => {
    const document = looked(script([lines(0, 4)], 2))
    const next = await edited(asker(good), document)
    expect(next.outline?.scenes[0]).toMatchObject({ done: false, passes: 0, elements: lines(0, 4) })
  })
})
