import fc from 'fast-check'
import type { StripScene } from '../../../src/planning/index.ts'

export const stripScenes: fc.Arbitrary<StripScene[]> = fc
  .array(
    fc.record({
      set: fc.constantFrom('KITCHEN', 'YARD', 'ROAD', 'HALL'),
      intExt: fc.constantFrom('INT', 'EXT', 'INT/EXT', undefined),
      light: fc.constantFrom('day', 'night', 'dawn', 'dusk'),
      location: fc.constantFrom(undefined, 'FARM', 'TOWN'),
      continuous: fc.constantFrom(undefined, undefined, true),
      eighths: fc.integer({ min: 1, max: 30 }),
      cast: fc.subarray(['ANN', 'BEN', 'CAT', 'DAN']),
    }),
    { maxLength: 12 },
  )
  .map((list) => list.map((one, at): StripScene => ({ ...one, id: `${at + 1}` })))

/** A film of so many scenes as films are: eight acts with their own places and people around two leads. */
export function featureScenes(count: number): StripScene[] {
  return Array.from({ length: count }, (_, at) => {
    const act = Math.floor((at * 8) / count)
    const isNight = at % 4 === 3
    return {
      id: `${at + 1}`,
      set: at % 3 === 0 ? 'THE HOUSE' : `PLACE ${act}-${at % 4}`,
      intExt: at % 3 === 0 || at % 2 ? 'INT' : 'EXT',
      light: isNight ? 'night' : 'day',
      eighths: 2 + ((at * 5) % 11),
      cast: [
        ...(at % 2 ? ['MIRA'] : []),
        ...(at % 5 < 2 ? ['TOM'] : []),
        `PART ${act}`,
        ...(at % 3 === 0 ? [`GUEST ${act}-${at % 5}`] : []),
      ],
      summary: `What happens in scene ${at + 1}.`,
    }
  })
}
