import { dayOutOfDays } from '../shooting/day-out-of-days.ts'
import { isTwilight, shiftKindOf } from '../shooting/light.ts'
import type { ShootingDay, ShootingOptions, ShootingSchedule, StripScene } from '../shooting/types.ts'
import { type Check, runChecks, type Violation } from './check.ts'

type ShootingCheck = Check<ShootingSchedule, ShootingOptions>

/** The rules of a shooting schedule, in the order of their ids. */
export const SHOOTING_CHECKS: readonly ShootingCheck[] = [
  {
    id: 'P09',
    title: 'Scenes',
    checks: 'Every scene is shot once and whole, and no day has more pages than it may.',
    find: ({ scenes, days, pagesPerDay }) => {
      const strips = days.flatMap((day) => day.strips)
      const stripsByScene = Map.groupBy(strips, ({ scene }) => scene)
      const known = new Set(scenes.map(({ id }) => id))
      return [
        ...strips.filter(({ scene }) => !known.has(scene)).map(({ scene }) => `${scene} is not a scene of the script`),
        ...scenes.flatMap(({ id, eighths }) => {
          const parts = stripsByScene.get(id) ?? []
          const whole = parts.every(({ part }, at) => (part?.at ?? 1) === at + 1 && (part?.of ?? 1) === parts.length)
          const shot = sum(parts.map((strip) => strip.eighths))
          return [
            ...(parts.length > 0 && whole ? [] : [`scene ${id} is not shot once`]),
            ...(shot === eighths ? [] : [`${shot} of the ${eighths} eighths of scene ${id} are shot`]),
          ]
        }),
        ...days
          .filter(({ eighths, strips: list }) => eighths !== sum(list.map((strip) => strip.eighths)))
          .map(({ day }) => `day ${day} does not sum to its strips`),
        ...days
          .filter(({ eighths }) => eighths > pagesPerDay * 8)
          .map(({ day, eighths }) => `day ${day} has ${eighths} eighths`),
      ]
    },
  },
  {
    id: 'P10',
    title: 'Cast and rest',
    checks:
      'The cast of a day is that of its scenes, day and night are apart with the turnaround between, and the day out of days agrees.',
    find: (schedule) => [
      ...schedule.days.flatMap((day) => findDayViolations(schedule, day)),
      ...schedule.days.slice(1).flatMap((day, at) => findRestViolations(schedule, schedule.days[at], day)),
      ...dayOutOfDays(schedule)
        .filter(({ member, marks, work, hold }) => {
          const works = schedule.days.filter(({ cast }) => cast.includes(member)).length
          return (
            work !== works ||
            marks.filter((mark) => mark !== '' && mark !== 'H').length !== works ||
            hold !== marks.filter((mark) => mark === 'H').length
          )
        })
        .map(({ member }) => `the day out of days of ${member} does not agree with the strips`),
    ],
  },
  {
    id: 'P11',
    title: 'Cost of the cast',
    checks: 'The pay of the cast, day by day, is as stated; the bound is below it, and script order is no cheaper.',
    find: ({ days, scenes, castCost, holdCost, lowerBound, scriptOrder }, { dayRates = {} }) => {
      const counted = sumCastPay(days, dayRatesByMember(scenes, dayRates))
      return [
        ...(isSameAmount(counted.paid, castCost) ? [] : [`the cast costs ${counted.paid}, not ${castCost}`]),
        ...(isSameAmount(counted.held, holdCost) ? [] : [`waiting costs ${counted.held}, not ${holdCost}`]),
        ...(lowerBound <= castCost + 1e-6 ? [] : [`the bound ${lowerBound} is above the cost ${castCost}`]),
        ...(castCost <= scriptOrder.castCost + 1e-6 ? [] : ['script order costs the cast less']),
      ]
    },
  },
  {
    id: 'P12',
    title: 'Cost of the shoot',
    checks: 'Moves, days and the whole cost follow from the terms, and members without a rate are named.',
    find: (schedule, { dayRates, moveCost = 0, dayCost = 0 }) => {
      const { days, scenes, moves, setMoves, spanDays, cost, castCost, unrated } = schedule
      const counted = countMoves(schedule)
      const lastDay = days.at(-1)?.day ?? 0
      const total = castCost + counted.moves * moveCost + lastDay * dayCost
      const without = dayRates ? scenes.flatMap(({ cast }) => cast).filter((one) => !Object.hasOwn(dayRates, one)) : []
      return [
        ...(counted.moves === moves ? [] : [`the company moves ${counted.moves} times, not ${moves}`]),
        ...(counted.setMoves === setMoves ? [] : [`the set changes ${counted.setMoves} times, not ${setMoves}`]),
        ...(lastDay === spanDays ? [] : [`the last day is not day ${spanDays}`]),
        ...(isSameAmount(total, cost) ? [] : [`it costs ${total}, not ${cost}`]),
        ...(new Set(without).size === unrated.length && without.every((one) => unrated.includes(one))
          ? []
          : ['the members without a rate are not those named']),
      ]
    },
  },
  {
    id: 'P17',
    title: 'Dawn and dusk',
    checks: 'Dawn and dusk are shot first in their day, and no longer than the light lasts.',
    find: ({ days, scenes, pagesPerTwilight }) => {
      const byId = new Map(scenes.map((scene) => [scene.id, scene]))
      return days.flatMap(({ day, strips }) => {
        const lights = strips.map(({ scene }) => isTwilight(byId.get(scene)?.light ?? 'day'))
        const eighths = sum(strips.filter((_, at) => lights[at]).map((strip) => strip.eighths))
        return [
          ...(lights.some((isShort, at) => isShort && lights[at - 1] === false)
            ? [`day ${day} has a dawn or a dusk after other light`]
            : []),
          ...(eighths > Math.max(1, pagesPerTwilight * 8)
            ? [`day ${day} has ${eighths} eighths in one dawn or dusk`]
            : []),
        ]
      })
    },
  },
  {
    id: 'P18',
    title: 'Whole sets and continuity',
    checks: 'The split sets and the broken continuity of the schedule are as many as stated.',
    find: ({ days, scenes, pagesPerDay, splitSets, brokenContinuity }) => {
      const byId = new Map(scenes.map((scene) => [scene.id, scene]))
      const setOf = (scene: StripScene | undefined): string => `${shiftKindOf(scene?.light ?? 'day')}/${scene?.set}`
      const fitting = [...Map.groupBy(scenes, setOf)].filter(
        ([, some]) => sum(some.map(({ eighths }) => eighths)) <= pagesPerDay * 8,
      )
      const splits = fitting.map(
        ([set]) => days.filter(({ strips }) => strips.some((strip) => setOf(byId.get(strip.scene)) === set)).length - 1,
      )
      const shot = days.flatMap(({ day, strips }) => strips.map((strip) => ({ ...strip, day })))
      const broken = scenes.filter(({ id, continuous }, at) => {
        const first = shot.findIndex((strip) => strip.scene === id)
        const before = shot[first - 1]
        return continuous && at > 0 && !(before?.scene === scenes[at - 1]?.id && before?.day === shot[first]?.day)
      })
      return [
        ...(sum(splits) === splitSets ? [] : [`sets are split ${sum(splits)} times, not ${splitSets}`]),
        ...(broken.length === brokenContinuity
          ? []
          : [`continuity is broken ${broken.length} times, not ${brokenContinuity}`]),
      ]
    },
  },
]

/**
 * The rules that a shooting schedule breaks, recomputed from its days and scenes by other means than those that made it.
 * `options` are those that it was made with. An empty answer is a schedule that keeps all of them.
 */
export function checkShooting(schedule: ShootingSchedule, options: ShootingOptions = {}): readonly Violation[] {
  return runChecks(SHOOTING_CHECKS, schedule, options)
}

function countMoves({ days, scenes }: ShootingSchedule): { readonly moves: number; readonly setMoves: number } {
  const byId = new Map(scenes.map((scene) => [scene.id, scene]))
  let [moves, setMoves] = [0, 0]
  for (const { strips } of days) {
    for (const [at, strip] of strips.entries()) {
      const [scene, before] = [byId.get(strip.scene), byId.get(strips[at - 1]?.scene ?? '')]
      if (scene === undefined || before === undefined) continue
      if ((scene.location ?? scene.set) !== (before.location ?? before.set)) moves += 1
      else if (scene.set !== before.set) setMoves += 1
    }
  }
  return { moves, setMoves }
}

function findDayViolations({ scenes }: ShootingSchedule, { day, strips, cast, light }: ShootingDay): readonly string[] {
  const shot = strips.flatMap(({ scene }) => scenes.find(({ id }) => id === scene) ?? [])
  const needed = new Set(shot.flatMap((scene) => scene.cast))
  return [
    ...(needed.size === cast.length && cast.every((one) => needed.has(one))
      ? []
      : [`the cast of day ${day} is not that of its scenes`]),
    ...(shot.every((scene) => shiftKindOf(scene.light) === light) ? [] : [`day ${day} mixes day and night`]),
  ]
}

/** Days are called at 08:00, nights at 18:00. */
function findRestViolations(
  { hoursPerDay, turnaroundHours }: ShootingSchedule,
  before: ShootingDay | undefined,
  { day, light }: ShootingDay,
): readonly string[] {
  if (before === undefined) return []
  const wrap = before.day * 24 + (before.light === 'night' ? 18 : 8) + hoursPerDay
  const call = day * 24 + (light === 'night' ? 18 : 8)
  return call - wrap >= turnaroundHours ? [] : [`${call - wrap} hours of rest before day ${day}`]
}

function dayRatesByMember(scenes: ShootingSchedule['scenes'], dayRates: Readonly<Record<string, number>>) {
  const rates = new Map<string, number>(scenes.flatMap(({ cast }) => cast.map((one) => [one, 1] as const)))
  if (Object.keys(dayRates).length > 0) {
    for (const member of rates.keys()) rates.set(member, Object.hasOwn(dayRates, member) ? (dayRates[member] ?? 0) : 0)
  }
  return rates
}

/** Pay by working day, days of rest included: members are paid from first to last day, and held on days without a scene. */
function sumCastPay(days: readonly ShootingDay[], rates: ReadonlyMap<string, number>) {
  let [paid, held] = [0, 0]
  for (let day = 1; day <= (days.at(-1)?.day ?? 0); day++) {
    for (const [member, rate] of rates) {
      const works = days.some((one) => one.day === day && one.cast.includes(member))
      const isBetween =
        days.some((one) => one.day < day && one.cast.includes(member)) &&
        days.some((one) => one.day > day && one.cast.includes(member))
      if (works || isBetween) paid += rate
      if (!works && isBetween) held += rate
    }
  }
  return { paid, held }
}

function isSameAmount(a: number, b: number): boolean {
  return Math.abs(a - b) < 0.005
}

function sum(list: readonly number[]): number {
  return list.reduce((total, one) => total + one, 0)
}
