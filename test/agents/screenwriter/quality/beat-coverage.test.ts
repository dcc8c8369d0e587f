import { expect, test } from 'vitest'
import { beatNumbers, beatProblems, inOrder } from '../../../../src/agents/screenwriter/coverage.ts'
import type { Document, Scene } from '../../../../src/agents/screenwriter/document.ts'
import { checked } from '../../../../src/agents/screenwriter/findings.ts'
import { fountainOf } from '../../../../src/agents/screenwriter/render.ts'
import { newDocument } from '../../../../src/agents/screenwriter/standing.ts'

const scene = (number: number, beats: readonly number[] | undefined, written = true): Scene => ({
  heading: `INT. ROOM ${number} - DAY`,
  summary: '',
  ...(beats && { beats }),
  characters: [],
  pages: 1,
  elements: written ? [{ type: 'action', text: 'Rain.' }] : [],
  passes: 1,
  done: written,
  facts: [],
})

const BEATS = ['The Match', 'The Door', 'The Tide'].map((title) => ({ title, summary: '', pages: 1 }))

const script = (scenes: readonly Scene[]): Document => ({
  ...newDocument('id', { concept: 'x', target_pages: 1 }),
  story: { title: 'X', logline: 'X', theme: 'X' },
  characters: [],
  beats: BEATS,
  outlined: true,
  outline: { batches: 1, scenes },
})

const scenesServing = (...beats: readonly (readonly number[] | undefined)[]): readonly Scene[] =>
  beats.map((numbers, at) => scene(at + 1, numbers))

/** The findings of F19: scene, severity, what it says; undefined: it was not checked. */
function findGaps(document: Document, fountain = fountainOf(document)) {
  const checks = checked(document, fountain)
  if (!checks?.ran.some((check) => check.startsWith('F19'))) return undefined
  return checks.found
    .filter(({ code }) => code === 'F19')
    .map((found) => [found.scene, found.severity, found.message.split('.')[0]])
}

test.each<[string, readonly (readonly number[] | undefined)[], ReturnType<typeof findGaps>]>([
  ['a scene for every beat', [[1], [2], [3]], []],
  ['several beats in a scene', [[1, 2, 3]], []],
  ['several scenes of a beat, and a scene that serves none', [[1], [1, 2], [], [2, 3], [3]], []],
  ['a beat without a scene', [[1], [3]], [[1, 'warn', 'No scene serves beat 2, The Door']]],
  ['the first beat without a scene', [[2], [3]], [[1, 'warn', 'No scene serves beat 1, The Match']]],
  [
    'a scene that goes back, over one that serves none',
    [[1, 2], [], [1], [3]],
    [[3, 'warn', 'It serves beat 1, The Match, but comes after a scene that serves beat 2, The Door']],
  ],
  ['scenes of which some do not say', [[1], undefined, [2], [3]], undefined],
])('%s', (_, beats, found) => {
  const document = script(scenesServing(...beats))
  expect(findGaps(document)).toEqual(found)
  expect(findGaps({ ...document, outlined: false })).toBeUndefined()
})

test('a finding names the line of the scene, once it is written', () => {
  const document = script([scene(1, [1]), scene(2, [3])])
  const lines = fountainOf(document).split('\n')
  const line = lines.indexOf('INT. ROOM 1 - DAY') + 1
  expect(checked(document)?.found.find(({ code }) => code === 'F19')).toMatchObject({ scene: 1, line })
  const outlined = script([scene(1, [1], false), scene(2, [3], false)])
  expect(checked(outlined)?.found).toEqual([expect.not.objectContaining({ line: expect.anything() })])
  const half = script([scene(1, [1], false), scene(2, [2]), scene(3, [1, 3])])
  expect(checked(half)?.found.find(({ code }) => code === 'F19')).toMatchObject({
    scene: 3,
    line: fountainOf(half).split('\n').indexOf('INT. ROOM 3 - DAY') + 1,
  })
})

test('what is not known is told, and counts neither as passed nor as failed', () => {
  const known = checked(script(scenesServing([1], [2], [3])))
  const unknown = checked(script(scenesServing(undefined, undefined, undefined)))
  expect(known?.unknown).toEqual([])
  expect(unknown?.unknown).toEqual([expect.stringMatching(/^F19 .*not known/)])
  expect(unknown?.ran.length).toBe((known?.ran.length ?? 0) - 1)
})

test.each<[string, readonly number[], number, string]>([
  ['left out', [1, 3], 2, 'The script has INT. ROOM 3 - DAY where the outline has INT. ROOM 2 - DAY'],
  ['missing at the end', [1, 2], 3, 'The script has no scene where the outline has INT. ROOM 3 - DAY'],
  ['in another place', [1, 3, 2], 2, 'The script has INT. ROOM 3 - DAY where the outline has INT. ROOM 2 - DAY'],
])('a scene of the outline that is %s in the script is an error', (_, printed, number, message) => {
  const document = script(scenesServing([1], [2], [3]))
  const other = fountainOf(script(printed.map((one) => scene(one, []))))
  expect(findGaps(document, other)).toEqual([[number, 'error', message.split('.')[0]]])
  expect(findGaps(document)).toEqual([])
})

test.each<[string, readonly number[][], string[]]>([
  ['nothing', [[3], [3, 4], [5]], []],
  ['a beat left out', [[3], [5]], ['No scene serves beat 4: every beat needs one.']],
  ['beats of another part', [[1], [2], [3, 4, 5]], ['Beats 3 to 5 are to be outlined, not beats 1, 2.']],
  ['no number', [[3, 4], [], [5]], ['Give scene 2 of this answer the number of a beat.']],
  [
    'the wrong order',
    [[3], [5], [4]],
    [
      'Scene 3 of this answer serves beat 4, but comes after a scene that serves beat 5: scenes go in the order of the beats.',
    ],
  ],
])('the model is told of %s', (_, beats, problems) => {
  expect(beatProblems({ from: 2, to: 5 }, beats)).toEqual(problems)
})

test.each<[unknown, number[]]>([
  [
    [2, 1, 2],
    [1, 2],
  ],
  [3, [3]],
  [
    ['beat 1', '2'],
    [1, 2],
  ],
  ['2, 3', [2, 3]],
  [[0, 4, 99], []],
  [null, []],
  [undefined, []],
])('numbers of beats as a model writes them: %j', (given, numbers) => {
  expect(beatNumbers({ from: 0, to: 3 }, 3).parse(given)).toEqual(numbers)
})

test.each<[string, (number[] | undefined)[], number[], (number[] | undefined)[]]>([
  ['in its place', [[1], [2], [3]], [1], [[1], [2], [3]]],
  ['beside one of the same beat', [[1], [1, 2], [2]], [1], [[1], [1, 2], [2]]],
  ['before its place', [[3], [1], [2]], [0], [[], [1], [2]]],
  ['after its place', [[1], [3], [1, 2, 3]], [2], [[1], [3], [3]]],
  ['two together, the second back', [[1], [3], [2], [3]], [1, 2], [[1], [3], [], [3]]],
  ['among scenes that do not say', [undefined, [2], undefined], [1], [undefined, [2], undefined]],
])('a scene that notes add serves its beats where that is in order: %s', (_, beats, added, kept) => {
  const scenes = beats.map((numbers, at) => scene(at + 1, numbers))
  const fresh = new Set(added.flatMap((at) => scenes[at] ?? []))
  expect(inOrder(scenes, fresh).map((one) => one.beats)).toEqual(kept)
})
