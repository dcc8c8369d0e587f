import { nextShootingDay, type PackingInput, packDays, weighCost } from './pack-days.ts'

/**
 * The weighted cost of an order of scenes, as `weighCost` of `packDays` has it, made for millions of orders of one shoot.
 * Orders that cost the cast more than `maxCastCost` are impossible. Where dawn, dusk or continuous scenes make the order
 * within a day matter, the days are built.
 */
export function createPackingMeter(input: PackingInput, maxCastCost: number): (order: readonly number[]) => number {
  const { scenes, twilight } = input
  if (twilight.some(Boolean) || scenes.some(({ continuous }) => continuous)) {
    return (order) => {
      const cost = packDays(input, order)
      return cost.castCost > maxCastCost ? Number.MAX_VALUE : weighCost(input, cost)
    }
  }
  const measure = createFastMeter(input)
  return (order) => {
    const { castCost, weighted } = measure(order)
    return castCost > maxCastCost ? Number.MAX_VALUE : weighted
  }
}

/** Counts instead of lists: within a day, each location and each set costs one change but the first. */
function createFastMeter(input: PackingInput): (order: readonly number[]) => { castCost: number; weighted: number } {
  const { scenes, casts, rates, sets, locations, kinds, fitsDay, eighthsPerDay, weights } = input
  const eighthsOf = Int32Array.from(scenes, ({ eighths }) => eighths)
  const isNight = Uint8Array.from(kinds, (kind) => (kind === 'night' ? 1 : 0))
  const step = (['day', 'night'] as const).map((before) =>
    (['day', 'night'] as const).map((kind) => nextShootingDay(input, { day: 0, kind: before }, kind)),
  )
  const rooms = positionsOf(scenes.map((_, at) => `${locations[at]}/${sets[at]}`))
  const placeSeen = new Int32Array(scenes.length)
  const roomSeen = new Int32Array(scenes.length)
  const setSeen = new Int32Array(scenes.length)
  const setDays = new Int32Array(scenes.length)
  const firstDay = new Int32Array(rates.length)
  const lastDay = new Int32Array(rates.length)
  const result = { castCost: 0, weighted: 0 }
  return (order) => {
    for (const list of [placeSeen, roomSeen, setSeen, setDays, firstDay]) list.fill(0)
    let [index, day, kind, eighths] = [0, 0, -1, 0]
    let [places, roomChanges] = [0, 0]
    for (let at = 0; at < order.length; at++) {
      const scene = order[at] ?? 0
      const own = isNight[scene] ?? 0
      for (let left = eighthsOf[scene] ?? 0; left > 0; left -= eighthsPerDay) {
        const part = Math.min(left, eighthsPerDay)
        if (kind !== own || eighths + part > eighthsPerDay) {
          day = kind < 0 ? 1 : day + (step[kind]?.[own] ?? 1)
          index += 1
          kind = own
          eighths = 0
        }
        eighths += part
        const [place = 0, room = 0, set = 0] = [locations[scene], rooms[scene], sets[scene]]
        if (placeSeen[place] !== index) {
          placeSeen[place] = index
          places += 1
        }
        if (roomSeen[room] !== index) {
          roomSeen[room] = index
          roomChanges += 1
        }
        if (setSeen[set] !== index) {
          setSeen[set] = index
          setDays[set] = (setDays[set] ?? 0) + 1
        }
        const cast = casts[scene] ?? []
        for (let one = 0; one < cast.length; one++) {
          const member = cast[one] ?? 0
          if (firstDay[member] === 0) firstDay[member] = day
          lastDay[member] = day
        }
      }
    }
    let splits = 0
    for (let set = 0; set < fitsDay.length; set++) if (fitsDay[set]) splits += Math.max(0, (setDays[set] ?? 0) - 1)
    let castCost = 0
    for (let member = 0; member < rates.length; member++) {
      const from = firstDay[member] ?? 0
      if (from > 0) castCost += (rates[member] ?? 0) * ((lastDay[member] ?? 0) - from + 1)
    }
    result.castCost = castCost
    result.weighted =
      castCost +
      (places - index) * weights.move +
      (roomChanges - places) * weights.setMove +
      splits * weights.split +
      day * weights.day
    return result
  }
}

function positionsOf(texts: readonly string[]): readonly number[] {
  const all = [...new Set(texts)]
  const position = new Map(all.map((text, at) => [text, at]))
  return texts.map((text) => position.get(text) ?? 0)
}
