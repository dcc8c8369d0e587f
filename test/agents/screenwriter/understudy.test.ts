import { expect, test } from 'vitest'
import { createScreenwriter } from '../../../src/agents/screenwriter/index.ts'
import type { Generate } from '../../../src/contract/generate.ts'
import { lightFromTimeOfDay } from '../../../src/planning/index.ts'
import { createUnderstudyProvider, UNDERSTUDY_MODEL } from '../../../src/providers/understudy/provider.ts'
import { breakdown, measurePages, parseFountain } from '../../../src/screenplay/index.ts'
import { memoryDocumentStore } from '../../support/document-store.ts'
import { testWorld } from '../../support/test-world.ts'

/** The understudy without delays. */
function setUp() {
  const world = testWorld()
  const quick = {
    ...world,
    sleep: (ms: number, signal?: AbortSignal) => (ms < 1_000 ? Promise.resolve() : world.sleep(ms, signal)),
  }
  const provider = createUnderstudyProvider(
    { id: 'rehearsal', wire: 'rehearsal', baseUrl: '' },
    { world: quick, facts: () => undefined },
  )
  const generate: Generate = (request, call) => provider.generate({ ...request, model: UNDERSTUDY_MODEL }, call)
  return createScreenwriter({ generate, documents: memoryDocumentStore(), world: quick })
}

/** Words of French and Italian headings with the light that they mean. */
const LIGHTS = [
  ['dawn', /AUBE|ALBA/],
  ['dusk', /CRÉPUSCULE|TRAMONTO/],
  ['night', /NUIT|SOIR|NOTTE|SERA/],
] as const

test.each([
  ['short', 5],
  ['commercial', 1],
  ['feature', 110],
] as const)('the understudy plays a %s of %d pages', async (format, pages) => {
  const screenwriter = setUp()
  const concept = 'A lighthouse keeper finds a door under the sea, and the village wants it shut.'
  const result = await screenwriter.develop(
    { concept, format, target_pages: pages },
    { signal: new AbortController().signal },
  )
  expect(result.next ?? '').not.toContain('failed')
  expect(result.status).toBe('complete')
  const script = parseFountain(String(await screenwriter.export(result.script_id, 'fountain')))
  expect(Math.abs(measurePages(script) - pages)).toBeLessThanOrEqual(Math.max(0.25, pages / 10))
  const cast = result.characters.map(({ name }) => name)
  const strangers = script.elements.flatMap((e) => (e.type === 'character' && !cast.includes(e.name) ? e.name : []))
  expect(strangers).toEqual([])
  expect(result.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(result.fountain ?? '(Placeholder text.)').toContain('(Placeholder text.)')
})

test.each([
  [
    'French',
    /^(?:INT\.|EXT\.|INT\.\/EXT\.) .+ - (?:JOUR|NUIT|MATIN|APRÈS-MIDI|SOIR|AUBE|CRÉPUSCULE|PLUS TARD|CONTINU)$/,
  ],
  [
    'italiano',
    /^(?:INT\.|EST\.|INT\.\/EST\.) .+ - (?:GIORNO|NOTTE|MATTINA|POMERIGGIO|SERA|ALBA|TRAMONTO|PIÙ TARDI|CONTINUO)$/,
  ],
])('headings of a script in %s are in the language', async (language, heading) => {
  const screenwriter = setUp()
  const concept = 'A lighthouse keeper finds a door under the sea, and the village wants it shut.'
  const result = await screenwriter.develop(
    { concept, format: 'short', target_pages: 12, language },
    { signal: new AbortController().signal },
  )
  expect(result.status).toBe('complete')
  expect(result.findings.filter(({ code }) => /^F(?:03|04|09|17)$/.test(code))).toEqual([])
  const scenes = breakdown(parseFountain(String(await screenwriter.export(result.script_id, 'fountain'))))
  expect(scenes.map((scene) => scene.heading)).toEqual(result.scenes.map((scene) => scene.heading))
  for (const scene of scenes) {
    expect(scene.heading).toMatch(heading)
    expect(scene.intExt).toMatch(/^(?:INT|EXT|INT\/EXT)$/)
    expect(lightFromTimeOfDay(scene.time)).toBe(LIGHTS.find(([, words]) => words.test(scene.heading))?.[0] ?? 'day')
  }
})
