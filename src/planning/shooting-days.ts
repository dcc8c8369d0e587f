import { sum } from './hold.ts'
import type { Light, ShootingCost, ShootingDay, ShootingTerms, Strip, StripScene } from './shooting.ts'

/** Terms and scenes by position, as packing needs them. */
export interface Terms {
  readonly scenes: readonly StripScene[]
  readonly casts: readonly (readonly number[])[]
  readonly members: readonly string[]
  readonly rates: readonly number[]
  /** Eighths of a page a day. */
  readonly eighths: number
  readonly hoursPerDay: number
  readonly turnaroundHours: number
  readonly moveCost: number
  readonly dayCost: number
  /** What moves and days weigh when orders are compared. */
  readonly moveWeight: number
  readonly dayWeight: number
}

/** When the company is called: a day's work begins in the morning, a night's in the evening. */
const CALL: Readonly<Record<Light, number>> = { day: 8, night: 18 }

export function termsOf(scenes: readonly StripScene[], given: ShootingTerms): Terms {
  const { dayRates = {}, pagesPerDay = 5, hoursPerDay = 12, turnaroundHours = 11 } = given
  const { moveCost = 0, dayCost = 0 } = given
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
  const at = new Map(members.map((member, index) => [member, index]))
  const noRates = Object.keys(dayRates).length === 0
  const rates = members.map((member) => (noRates ? 1 : Object.hasOwn(dayRates, member) ? (dayRates[member] ?? 0) : 0))
  const usual = sum(rates) / Math.max(1, rates.length) || 1
  return {
    scenes,
    casts: scenes.map(({ cast }) => [...new Set(cast)].flatMap((member) => at.get(member) ?? [])),
    members,
    rates,
    eighths: Math.max(1, Math.round(pagesPerDay * 8)),
    hoursPerDay,
    turnaroundHours,
    moveCost,
    dayCost,
    moveWeight: given.moveCost ?? usual,
    dayWeight: given.dayCost ?? usual * 5,
  }
}

interface Filling {
  readonly day: number
  readonly light: Light
  readonly strips: (Strip & { readonly at: number })[]
  eighths: number
}

/** Packs scenes into days in the order given, and counts what that takes and costs. */
export function packed(
  terms: Terms,
  order: readonly number[],
): ShootingCost & { readonly days: readonly ShootingDay[] } {
  const days = fill(terms, order)
  const { moves, perDay } = movesOf(terms, days)
  const spanDays = days.at(-1)?.day ?? 0
  const { castCost, holdCost } = castCosts(terms, days)
  return {
    shootingDays: days.length,
    spanDays,
    moves,
    restDays: spanDays - days.length,
    castCost,
    holdCost,
    cost: castCost + moves * terms.moveCost + spanDays * terms.dayCost,
    get days() {
      return days.map((day, index) => published(terms, day, perDay[index] ?? 0))
    },
  }
}

function fill(terms: Terms, order: readonly number[]): readonly Filling[] {
  const days: Filling[] = []
  for (const at of order) {
    const scene = terms.scenes[at]
    if (scene === undefined) continue
    const parts = Math.ceil(scene.eighths / terms.eighths)
    for (let part = 1; part <= parts; part++) {
      const eighths = part < parts ? terms.eighths : scene.eighths - (parts - 1) * terms.eighths
      let day = days.at(-1)
      if (day === undefined || day.light !== scene.light || day.eighths + eighths > terms.eighths) {
        day = { day: nextDay(terms, day, scene.light), light: scene.light, strips: [], eighths: 0 }
        days.push(day)
      }
      day.strips.push({ at, scene: scene.id, eighths, ...(parts > 1 && { part: { at: part, of: parts } }) })
      day.eighths += eighths
    }
  }
  return days
}

/** The next working day on which there has been rest enough since the wrap. */
function nextDay(
  { hoursPerDay, turnaroundHours }: Pick<Terms, 'hoursPerDay' | 'turnaroundHours'>,
  before: { readonly day: number; readonly light: Light } | undefined,
  light: Light,
): number {
  if (before === undefined) return 1
  const rest = CALL[light] - CALL[before.light] - hoursPerDay
  return before.day + Math.max(1, Math.ceil((turnaroundHours - rest) / 24))
}

/** Within a day the scenes of a set are shot in a row, first those of the set where the company is; a change is a move. */
function movesOf({ scenes }: Terms, days: readonly Filling[]): { readonly moves: number; readonly perDay: number[] } {
  let here: string | undefined
  const perDay = days.map(({ strips }) => {
    const sets: string[] = []
    for (const { at } of strips) {
      const set = scenes[at]?.set ?? ''
      if (!sets.includes(set)) sets.push(set)
    }
    const stay = here === undefined ? -1 : sets.indexOf(here)
    if (stay > 0) sets.unshift(...sets.splice(stay, 1))
    if (strips.length > 1) {
      const turn = (at: number): number => sets.indexOf(scenes[at]?.set ?? '')
      strips.sort((a, b) => turn(a.at) - turn(b.at) || a.at - b.at)
    }
    const moves = here === undefined || stay >= 0 ? sets.length - 1 : sets.length
    here = sets.at(-1)
    return moves
  })
  return { moves: sum(perDay), perDay }
}

function castCosts({ casts, rates }: Terms, days: readonly Filling[]) {
  const first = new Int32Array(rates.length)
  const last = new Int32Array(rates.length)
  const worked = new Int32Array(rates.length)
  for (const { day, strips } of days) {
    for (const { at } of strips) {
      for (const member of casts[at] ?? []) {
        if (last[member] === day) continue
        if (first[member] === 0) first[member] = day
        last[member] = day
        worked[member] = (worked[member] ?? 0) + 1
      }
    }
  }
  let [castCost, holdCost] = [0, 0]
  for (const [member, rate] of rates.entries()) {
    if (first[member] === 0) continue
    const paid = (last[member] ?? 0) - (first[member] ?? 0) + 1
    castCost += rate * paid
    holdCost += rate * (paid - (worked[member] ?? 0))
  }
  return { castCost, holdCost }
}

function published({ scenes }: Terms, { day, light, strips, eighths }: Filling, moves: number): ShootingDay {
  const shot = strips.flatMap(({ at }) => scenes[at] ?? [])
  return {
    day,
    light,
    strips: strips.map(({ at: _, ...strip }) => strip),
    eighths,
    sets: shot.map(({ set }) => set).filter((set, index, all) => set !== all[index - 1]),
    moves,
    cast: [...new Set(shot.flatMap(({ cast }) => cast))],
  }
}
