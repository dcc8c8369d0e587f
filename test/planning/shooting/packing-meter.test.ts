import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packDays, toPackingInput, weighCost } from '../../../src/planning/shooting/pack-days.ts'
import { createPackingMeter } from '../../../src/planning/shooting/packing-meter.ts'
import { stripScenes } from './scenes.ts'

test('the meter gives the cost of the packed days for any scenes', () => {
  const plain = stripScenes.map((scenes) =>
    scenes.map((scene) => ({
      ...scene,
      light: scene.light === 'dawn' || scene.light === 'day' ? ('day' as const) : ('night' as const),
      continuous: false,
    })),
  )
  fc.assert(
    fc.property(fc.oneof(stripScenes, plain), fc.integer({ min: 1, max: 5 }), fc.nat(), (scenes, pagesPerDay, seed) => {
      const input = toPackingInput(scenes, { pagesPerDay, dayRates: { ANN: 3, BEN: 7 }, moveCost: 11, dayCost: 5 })
      const order = [...scenes.keys()].toSorted((a, b) => ((a * 7 + seed) % 13) - ((b * 7 + seed) % 13))
      const expected = weighCost(input, packDays(input, order))
      expect(createPackingMeter(input, Number.MAX_VALUE)(order)).toBeCloseTo(expected, 6)
    }),
    { numRuns: 500 },
  )
})
