import { expect, test } from 'vitest'
import { findHeadingConvention } from '../../src/screenplay/heading-languages.ts'
import { breakdown, lint, parseFountain, printFountain, readHeading } from '../../src/screenplay/index.ts'

test.each([
  ['INT. KITCHEN - LATER THAT NIGHT', 'INT', 'KITCHEN', 'LATER THAT NIGHT'],
  ['INT. CUISINE - NUIT', 'INT', 'CUISINE', 'NIGHT'],
  ['EXT. PORT - QUAI - CRÉPUSCULE', 'EXT', 'PORT - QUAI', 'DUSK'],
  ['INT./EXT. VOITURE - APRES-MIDI', 'INT/EXT', 'VOITURE', 'AFTERNOON'],
  ['EXT. PORT - PLUS TARD', 'EXT', 'PORT', 'LATER'],
  ['INNEN. KÜCHE - TAG', 'INT', 'KÜCHE', 'DAY'],
  ['AUSSEN. HAFEN - NACHT', 'EXT', 'HAFEN', 'NIGHT'],
  ['INNEN/AUSSEN. WAGEN - ABENDDÄMMERUNG', 'INT/EXT', 'WAGEN', 'DUSK'],
  ['INT. KÜCHE - MORGENGRAUEN', 'INT', 'KÜCHE', 'DAWN'],
  ['EXT. PUERTO - DÍA', 'EXT', 'PUERTO', 'DAY'],
  ['INT. COCINA - MÁS TARDE', 'INT', 'COCINA', 'LATER'],
  ['INT. COCINA - TARDE', 'INT', 'COCINA', 'AFTERNOON'],
  ['EST. STRADA - GIORNO', 'EXT', 'STRADA', 'DAY'],
  ['INT./EST. AUTO - NOTTE', 'INT/EXT', 'AUTO', 'NIGHT'],
  ['EST. LONDON - DAY', 'EST', 'LONDON', 'DAY'],
  ['INT. COZINHA - NOITE', 'INT', 'COZINHA', 'NIGHT'],
  ['EXT. RUA - MANHÃ', 'EXT', 'RUA', 'MORNING'],
  ['EXT. RUA - MAIS TARDE', 'EXT', 'RUA', 'LATER'],
])('%s', (heading, prefix, set, time) => {
  expect(readHeading(heading)).toEqual({ prefix, set, time, unknownTime: undefined })
  const script = parseFountain(`${heading}\n\nRain.\n`)
  expect(breakdown(script).map((scene) => [scene.intExt, scene.set, scene.time])).toEqual([[prefix, set, time]])
  const codes = lint(script).map(({ code }) => code)
  expect(codes).not.toContain('F03')
  expect(codes).not.toContain('F04')
  expect(parseFountain(printFountain(script)).elements[0]).toMatchObject({ type: 'scene_heading', text: heading })
})

test.each([
  ['SHED. NIGHT. 1868.', 'SHED', 'NIGHT'],
  ['SHED, NIGHT', 'SHED', 'NIGHT'],
  ['SHED -NIGHT', 'SHED', 'NIGHT'],
  ['SHED--NIGHT', 'SHED', 'NIGHT'],
  ['SHED (NIGHT)', 'SHED', 'NIGHT'],
  ['SHED / NIGHT', 'SHED', 'NIGHT'],
  ['SHED - NIGHT - LATER', 'SHED', 'NIGHT'],
  ['SHED - DAY - FLASHBACK', 'SHED', 'DAY'],
  ['SHED - DAY - 1865', 'SHED', 'DAY'],
  ['CAR - DAY - MOVING', 'CAR', 'DAY'],
  ['SHED - 10:30 PM', 'SHED', '10:30 PM'],
  ['SHED - SUNDOWN', 'SHED', 'SUNDOWN'],
  ['SHED - GOLDEN HOUR', 'SHED', 'GOLDEN HOUR'],
  ['SHED - LATE', 'SHED', 'LATE'],
  ['SHED - CONTINUED', 'SHED', 'CONTINUED'],
  ['SHED - NOC', 'SHED', 'NIGHT'],
  ['SHED - GECE', 'SHED', 'NIGHT'],
  ['SHED - ILTA', 'SHED', 'EVENING'],
  ['SHED - 夜', 'SHED', 'NIGHT'],
  ['ST. LOUIS, MO. - DAY', 'ST. LOUIS, MO.', 'DAY'],
  ['SUNSET STRIP, ROOM 5 - DAY', 'SUNSET STRIP, ROOM 5', 'DAY'],
])('INT. %s: the set is %s, the time %s', (heading, set, time) => {
  expect(readHeading(`INT. ${heading}`)).toEqual({ prefix: 'INT', set, time, unknownTime: undefined })
})

test('inside and outside may have blanks around the slash', () => {
  expect(readHeading('INT. / EXT. CAR - DAY')).toMatchObject({ prefix: 'INT/EXT', set: 'CAR', time: 'DAY' })
})

test('a word of another language within a place is no time of day', () => {
  expect(readHeading('INT. STUDIO - MIDI ROOM').time).toBeUndefined()
  expect(readHeading("INT. HOUSE - ALBA'S ROOM").time).toBeUndefined()
  expect(readHeading('EXT. PORT - PLUS TARD DANS LA NUIT').time).toBe('NIGHT')
})

const LANGUAGES = ['French', 'German', 'Spanish', 'Italian', 'Portuguese', 'English']

test.each(LANGUAGES)('what the convention of %s writes is read', (language) => {
  const { prefixes, times } = findHeadingConvention(language)
  for (const [prefix, written] of Object.entries(prefixes)) {
    for (const [time, word] of Object.entries(times)) {
      const read = readHeading(`${written} KINO - ${word}`)
      expect(read, word).toEqual({ prefix, set: 'KINO', time, unknownTime: undefined })
    }
  }
})

test.each([
  ['français', 'NUIT'],
  ['fr-CA', 'NUIT'],
  ['en français', 'NUIT'],
  ['Austrian German', 'NACHT'],
  ['español', 'NOCHE'],
  ['it', 'NOTTE'],
  ['Português do Brasil', 'NOITE'],
  ['English with some French', 'NIGHT'],
  ['Japanese', 'NIGHT'],
  [undefined, 'NIGHT'],
])('a night in %s is %s', (language, night) => {
  expect(findHeadingConvention(language).times.NIGHT).toBe(night)
})

test('a sentence about inside and outside is no heading, and a forced one is for other programs', () => {
  expect(parseFountain('Innen. Kein Licht.\n').elements[0]?.type).toBe('action')
  const script = parseFountain('INNEN. KÜCHE - TAG\n\nRegen.\n')
  expect(printFountain(script)).toBe('.INNEN. KÜCHE - TAG\n\nRegen.\n')
})
