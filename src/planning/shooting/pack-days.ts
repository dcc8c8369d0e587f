import { isTwilight, shiftKindOf } from './light.ts'
import { sum } from './order/problem.ts'
import type { ShiftKind, ShootingCost, ShootingDay, ShootingOptions, StripScene } from './types.ts'

/** Terms and scenes by position, as packing needs them. */
export interface PackingInput {
  readonly scenes: readonly StripScene[]
  readonly casts: readonly (readonly number[])[]
  readonly members: readonly string[]
  readonly rates: readonly number[]
  /** Positions of the set and the location of each scene. */
  readonly sets: readonly number[]
  readonly locations: readonly number[]
  readonly kinds: readonly ShiftKind[]
  readonly twilight: readonly boolean[]
  /** Sets, by position, that fit one day. */
  readonly fitsDay: readonly boolean[]
  /** Eighths of a page a day, and in a dawn or a dusk. */
  readonly eighthsPerDay: number
  readonly eighthsPerTwilight: number
  readonly hoursPerDay: number
  readonly turnaroundHours: number
  readonly moveCost: number
  readonly dayCost: number
  readonly weights: ShootingWeights
}

/** The weight of each term when orders are compared. */
export interface ShootingWeights {
  readonly move: number
  readonly setMove: number
  readonly split: number
  readonly broken: number
  readonly day: number
}

/** When the company is called: a day's work begins in the morning, a night's in the evening. */
const CALL_HOUR: Readonly<Record<ShiftKind, number>> = { day: 8, night: 18 }

/** @throws RangeError for two scenes of one id, eighths below 1, or terms that are not numbers above 0. */
export function toPackingInput(scenes: readonly StripScene[], options: ShootingOptions): PackingInput {
  const { dayRates = {}, pagesPerDay = 5, pagesPerTwilight = 1, hoursPerDay = 12, turnaroundHours = 11 } = options
  const { moveCost = 0, dayCost = 0 } = options
  for (const [name, value] of Object.entries({ pagesPerDay, pagesPerTwilight, hoursPerDay, turnaroundHours })) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw new RangeError(`${name} is ${value}: give more than 0`)
  }
  const ids = new Set<string>()
  for (const { id, eighths } of scenes) {
    if (ids.has(id)) throw new RangeError(`Two scenes have the id "${id}": give each its own`)
    if (!(eighths >= 1)) throw new RangeError(`Scene ${id} has ${eighths} eighths: give at least 1`)
    ids.add(id)
  }
  const members = [...new Set(scenes.flatMap(({ cast }) => cast))]
  const indexByMember = new Map(members.map((member, index) => [member, index]))
  const noRates = Object.keys(dayRates).length === 0
  const rates = members.map((member) => (noRates ? 1 : Object.hasOwn(dayRates, member) ? (dayRates[member] ?? 0) : 0))
  const averageRate = sum(rates) / Math.max(1, rates.length) || 1
  const sets = positionsOf(scenes.map(({ set, light }) => `${shiftKindOf(light)}/${set}`))
  const eighthsPerDay = Math.max(1, Math.round(pagesPerDay * 8))
  const setEighths = Map.groupBy(scenes.keys(), (at) => sets[at] ?? 0)
  return {
    scenes,
    casts: scenes.map(({ cast }) => [...new Set(cast)].flatMap((member) => indexByMember.get(member) ?? [])),
    members,
    rates,
    sets,
    locations: positionsOf(scenes.map(({ location, set }) => location ?? set)),
    kinds: scenes.map(({ light }) => shiftKindOf(light)),
    twilight: scenes.map(({ light }) => isTwilight(light)),
    fitsDay: [...setEighths]
      .toSorted(([a], [b]) => a - b)
      .map(([, some]) => sum(some.map((at) => scenes[at]?.eighths ?? 0)) <= eighthsPerDay),
    eighthsPerDay,
    eighthsPerTwilight: Math.min(eighthsPerDay, Math.max(1, Math.round(pagesPerTwilight * 8))),
    hoursPerDay,
    turnaroundHours,
    moveCost,
    dayCost,
    weights: {
      move: options.moveCost ?? averageRate,
      setMove: (options.moveCost ?? averageRate) / 5,
      split: (options.moveCost ?? averageRate) / 2,
      broken: (options.moveCost ?? averageRate) / 2,
      day: options.dayCost ?? averageRate * 5,
    },
  }
}

/** Equal texts have equal positions, counted from 0 in the order in which they come. */
function positionsOf(texts: readonly string[]): readonly number[] {
  const positions = new Map<string, number>()
  return texts.map((text) => {
    const at = positions.get(text) ?? positions.size
    positions.set(text, at)
    return at
  })
}

interface Part {
  readonly scene: number
  readonly eighths: number
  readonly part: number
  readonly parts: number
  /** Its place in the order of the day. */
  rank: number
}

interface PackedDay {
  readonly day: number
  readonly kind: ShiftKind
  readonly parts: Part[]
  eighths: number
  twilightEighths: number
}

/** Scenes packed into days in the order given: the `cost`, and the days where the caller asks for them. */
export function packDays(
  input: PackingInput,
  order: readonly number[],
): ShootingCost & { readonly days: readonly ShootingDay[] } {
  const days = fillDays(input, order)
  const changes = days.map((day) => sortAndCountMoves(input, day))
  const spanDays = days.at(-1)?.day ?? 0
  const { castCost, holdCost } = computeCastCosts(input, days)
  const moves = sum(changes.map((one) => one.moves))
  return {
    shootingDays: days.length,
    spanDays,
    moves,
    setMoves: sum(changes.map((one) => one.setMoves)),
    splitSets: countSplitSets(input, days),
    brokenContinuity: countBrokenContinuity(input, days),
    restDays: spanDays - days.length,
    castCost,
    holdCost,
    cost: castCost + moves * input.moveCost + spanDays * input.dayCost,
    get days() {
      return days.map((day, index) => toShootingDay(input, day, changes[index]?.moves ?? 0))
    },
  }
}

/** All terms in one number, by which orders are compared. */
export function weighCost({ weights }: PackingInput, cost: ShootingCost): number {
  return (
    cost.castCost +
    cost.moves * weights.move +
    cost.setMoves * weights.setMove +
    cost.splitSets * weights.split +
    cost.brokenContinuity * weights.broken +
    cost.spanDays * weights.day
  )
}

function fillDays(input: PackingInput, order: readonly number[]): readonly PackedDay[] {
  const days: PackedDay[] = []
  for (const at of order) {
    const total = input.scenes[at]?.eighths ?? 0
    const kind = input.kinds[at] ?? 'day'
    const isShort = input.twilight[at] === true
    const most = isShort ? input.eighthsPerTwilight : input.eighthsPerDay
    const parts = Math.ceil(total / most)
    for (let part = 1; part <= parts; part++) {
      const eighths = part < parts ? most : total - (parts - 1) * most
      let day = days.at(-1)
      if (
        day === undefined ||
        day.kind !== kind ||
        day.eighths + eighths > input.eighthsPerDay ||
        (isShort && day.twilightEighths + eighths > input.eighthsPerTwilight)
      ) {
        day = { day: nextShootingDay(input, day, kind), kind, parts: [], eighths: 0, twilightEighths: 0 }
        days.push(day)
      }
      day.parts.push({ scene: at, eighths, part, parts, rank: 0 })
      day.eighths += eighths
      if (isShort) day.twilightEighths += eighths
    }
  }
  return days
}

/** The next working day on which there has been rest enough since the wrap. */
export function nextShootingDay(
  { hoursPerDay, turnaroundHours }: Pick<PackingInput, 'hoursPerDay' | 'turnaroundHours'>,
  before: { readonly day: number; readonly kind: ShiftKind } | undefined,
  kind: ShiftKind,
): number {
  if (before === undefined) return 1
  const rest = CALL_HOUR[kind] - CALL_HOUR[before.kind] - hoursPerDay
  return before.day + Math.max(1, Math.ceil((turnaroundHours - rest) / 24))
}

/** Dawn or dusk comes first; then the scenes of a location in a row, of a set in a row within it, in script order. */
function sortAndCountMoves(
  { sets, locations, twilight }: PackingInput,
  { parts }: PackedDay,
): { readonly moves: number; readonly setMoves: number } {
  if (parts.length === 1) return { moves: 0, setMoves: 0 }
  const places: number[] = []
  const rooms: number[] = []
  const note = ({ scene }: Part): void => {
    const [place = 0, room = 0] = [locations[scene], sets[scene]]
    if (!places.includes(place)) places.push(place)
    if (!rooms.includes(room)) rooms.push(room)
  }
  for (const part of parts) if (twilight[part.scene]) note(part)
  for (const part of parts) if (!twilight[part.scene]) note(part)
  for (const part of parts) {
    const { scene } = part
    const place = places.indexOf(locations[scene] ?? 0) * 1e8 + rooms.indexOf(sets[scene] ?? 0) * 1e4
    part.rank = (twilight[scene] ? 0 : 1e12) + place + scene
  }
  parts.sort((a, b) => a.rank - b.rank || a.part - b.part)
  let [moves, setMoves] = [0, 0]
  for (let at = 1; at < parts.length; at++) {
    const [before = 0, scene = 0] = [parts[at - 1]?.scene, parts[at]?.scene]
    if (locations[before] !== locations[scene]) moves += 1
    else if (sets[before] !== sets[scene]) setMoves += 1
  }
  return { moves, setMoves }
}

function countSplitSets({ sets, fitsDay }: PackingInput, days: readonly PackedDay[]): number {
  const lastDay = new Int32Array(fitsDay.length).fill(-1)
  const daysOf = new Int32Array(fitsDay.length)
  for (const [at, { parts }] of days.entries()) {
    for (const { scene } of parts) {
      const set = sets[scene] ?? 0
      if (lastDay[set] === at) continue
      lastDay[set] = at
      daysOf[set] = (daysOf[set] ?? 0) + 1
    }
  }
  let splits = 0
  for (let set = 0; set < fitsDay.length; set++) if (fitsDay[set]) splits += Math.max(0, (daysOf[set] ?? 0) - 1)
  return splits
}

function countBrokenContinuity({ scenes }: PackingInput, days: readonly PackedDay[]): number {
  let broken = 0
  for (const { parts } of days) {
    for (let at = 0; at < parts.length; at++) {
      const { scene = 0, part = 1 } = parts[at] ?? {}
      if (part === 1 && scenes[scene]?.continuous && scene > 0 && parts[at - 1]?.scene !== scene - 1) broken += 1
    }
  }
  return broken
}

function computeCastCosts({ casts, rates }: PackingInput, days: readonly PackedDay[]) {
  const firstDay = new Int32Array(rates.length)
  const lastDay = new Int32Array(rates.length)
  const workedDays = new Int32Array(rates.length)
  for (const { day, parts } of days) {
    for (const { scene } of parts) {
      for (const member of casts[scene] ?? []) {
        if (lastDay[member] === day) continue
        if (firstDay[member] === 0) firstDay[member] = day
        lastDay[member] = day
        workedDays[member] = (workedDays[member] ?? 0) + 1
      }
    }
  }
  let [castCost, holdCost] = [0, 0]
  for (const [member, rate] of rates.entries()) {
    if (firstDay[member] === 0) continue
    const paid = (lastDay[member] ?? 0) - (firstDay[member] ?? 0) + 1
    castCost += rate * paid
    holdCost += rate * (paid - (workedDays[member] ?? 0))
  }
  return { castCost, holdCost }
}

function toShootingDay({ scenes }: PackingInput, { day, kind, parts, eighths }: PackedDay, moves: number): ShootingDay {
  const shot = parts.flatMap(({ scene }) => scenes[scene] ?? [])
  return {
    day,
    light: kind,
    strips: parts.map(({ scene, eighths: own, part, parts: of }) => ({
      scene: scenes[scene]?.id ?? '',
      eighths: own,
      ...(of > 1 && { part: { at: part, of } }),
    })),
    eighths,
    sets: shot.map(({ set }) => set).filter((set, index, all) => set !== all[index - 1]),
    moves,
    cast: [...new Set(shot.flatMap(({ cast }) => cast))],
  }
}
