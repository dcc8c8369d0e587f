import { sum } from './order/problem.ts'
import type { Light, ShootingCost, ShootingDay, ShootingOptions, Strip, StripScene } from './types.ts'

/** Terms and scenes by position, as packing needs them. */
export interface PackingInput {
  readonly scenes: readonly StripScene[]
  readonly casts: readonly (readonly number[])[]
  readonly members: readonly string[]
  readonly rates: readonly number[]
  /** Eighths of a page a day. */
  readonly eighthsPerDay: number
  readonly hoursPerDay: number
  readonly turnaroundHours: number
  readonly moveCost: number
  readonly dayCost: number
  /** What moves and days weigh when orders are compared. */
  readonly moveWeight: number
  readonly dayWeight: number
}

/** When the company is called: a day's work begins in the morning, a night's in the evening. */
const CALL_HOUR: Readonly<Record<Light, number>> = { day: 8, night: 18 }

export function toPackingInput(scenes: readonly StripScene[], options: ShootingOptions): PackingInput {
  const { dayRates = {}, pagesPerDay = 5, hoursPerDay = 12, turnaroundHours = 11 } = options
  const { moveCost = 0, dayCost = 0 } = options
  for (const [name, value] of Object.entries({ pagesPerDay, hoursPerDay, turnaroundHours })) {
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
  return {
    scenes,
    casts: scenes.map(({ cast }) => [...new Set(cast)].flatMap((member) => indexByMember.get(member) ?? [])),
    members,
    rates,
    eighthsPerDay: Math.max(1, Math.round(pagesPerDay * 8)),
    hoursPerDay,
    turnaroundHours,
    moveCost,
    dayCost,
    moveWeight: options.moveCost ?? averageRate,
    dayWeight: options.dayCost ?? averageRate * 5,
  }
}

interface PackedDay {
  readonly day: number
  readonly light: Light
  readonly strips: (Strip & { readonly sceneIndex: number })[]
  eighths: number
}

/** Packs scenes into days in the order given, and counts what that takes and costs. */
export function packDays(
  input: PackingInput,
  order: readonly number[],
): ShootingCost & { readonly days: readonly ShootingDay[] } {
  const days = fillDays(input, order)
  const { moves, perDay } = groupBySetAndCountMoves(input, days)
  const spanDays = days.at(-1)?.day ?? 0
  const { castCost, holdCost } = computeCastCosts(input, days)
  return {
    shootingDays: days.length,
    spanDays,
    moves,
    restDays: spanDays - days.length,
    castCost,
    holdCost,
    cost: castCost + moves * input.moveCost + spanDays * input.dayCost,
    get days() {
      return days.map((day, index) => toShootingDay(input, day, perDay[index] ?? 0))
    },
  }
}

function fillDays(input: PackingInput, order: readonly number[]): readonly PackedDay[] {
  const days: PackedDay[] = []
  for (const at of order) {
    const scene = input.scenes[at]
    if (scene === undefined) continue
    const parts = Math.ceil(scene.eighths / input.eighthsPerDay)
    for (let part = 1; part <= parts; part++) {
      const eighths = part < parts ? input.eighthsPerDay : scene.eighths - (parts - 1) * input.eighthsPerDay
      let day = days.at(-1)
      if (day === undefined || day.light !== scene.light || day.eighths + eighths > input.eighthsPerDay) {
        day = { day: nextShootingDay(input, day, scene.light), light: scene.light, strips: [], eighths: 0 }
        days.push(day)
      }
      day.strips.push({ sceneIndex: at, scene: scene.id, eighths, ...(parts > 1 && { part: { at: part, of: parts } }) })
      day.eighths += eighths
    }
  }
  return days
}

/** The next working day on which there has been rest enough since the wrap. */
function nextShootingDay(
  { hoursPerDay, turnaroundHours }: Pick<PackingInput, 'hoursPerDay' | 'turnaroundHours'>,
  before: { readonly day: number; readonly light: Light } | undefined,
  light: Light,
): number {
  if (before === undefined) return 1
  const rest = CALL_HOUR[light] - CALL_HOUR[before.light] - hoursPerDay
  return before.day + Math.max(1, Math.ceil((turnaroundHours - rest) / 24))
}

/** Within a day the scenes of a set are shot in a row, first those of the set where the company is; a change is a move. */
function groupBySetAndCountMoves(
  { scenes }: PackingInput,
  days: readonly PackedDay[],
): { readonly moves: number; readonly perDay: number[] } {
  let currentSet: string | undefined
  const perDay = days.map(({ strips }) => {
    const sets: string[] = []
    for (const { sceneIndex: at } of strips) {
      const set = scenes[at]?.set ?? ''
      if (!sets.includes(set)) sets.push(set)
    }
    const currentSetIndex = currentSet === undefined ? -1 : sets.indexOf(currentSet)
    if (currentSetIndex > 0) sets.unshift(...sets.splice(currentSetIndex, 1))
    if (strips.length > 1) {
      const setPosition = (at: number): number => sets.indexOf(scenes[at]?.set ?? '')
      strips.sort((a, b) => setPosition(a.sceneIndex) - setPosition(b.sceneIndex) || a.sceneIndex - b.sceneIndex)
    }
    const moves = currentSet === undefined || currentSetIndex >= 0 ? sets.length - 1 : sets.length
    currentSet = sets.at(-1)
    return moves
  })
  return { moves: sum(perDay), perDay }
}

function computeCastCosts({ casts, rates }: PackingInput, days: readonly PackedDay[]) {
  const firstDay = new Int32Array(rates.length)
  const lastDay = new Int32Array(rates.length)
  const workedDays = new Int32Array(rates.length)
  for (const { day, strips } of days) {
    for (const { sceneIndex: at } of strips) {
      for (const member of casts[at] ?? []) {
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

function toShootingDay(
  { scenes }: PackingInput,
  { day, light, strips, eighths }: PackedDay,
  moves: number,
): ShootingDay {
  const shot = strips.flatMap(({ sceneIndex: at }) => scenes[at] ?? [])
  return {
    day,
    light,
    strips: strips.map(({ sceneIndex: _, ...strip }) => strip),
    eighths,
    sets: shot.map(({ set }) => set).filter((set, index, all) => set !== all[index - 1]),
    moves,
    cast: [...new Set(shot.flatMap(({ cast }) => cast))],
  }
}
