import { dayOutOfDays } from '../shooting/day-out-of-days.ts'
import type { ShootingDay, ShootingOptions, ShootingSchedule } from '../shooting/types.ts'
import type { Violation } from './check.ts'

type ShootingCheck = (schedule: ShootingSchedule, terms: ShootingOptions) => readonly string[]

/**
 * What holds of every shooting schedule (checks P09 to P12), recomputed from its days and scenes by other means than
 * those that made it. `terms` are those that it was made with. An empty answer is a schedule that keeps all of it.
 */
export function checkShooting(schedule: ShootingSchedule, options: ShootingOptions = {}): readonly Violation[] {
  return Object.entries(SHOOTING_CHECKS).flatMap(([check, runCheck]) =>
    runCheck(schedule, options).map((message) => ({ check, message })),
  )
}

const SHOOTING_CHECKS: Readonly<Record<string, ShootingCheck>> = {
  /** Each scene is shot once, whole; no day has more pages than it may. */
  P09: ({ scenes, days, pagesPerDay }) => {
    const strips = days.flatMap((day) => day.strips)
    const known = new Set(scenes.map(({ id }) => id))
    return [
      ...strips.filter(({ scene }) => !known.has(scene)).map(({ scene }) => `${scene} is not a scene of the script`),
      ...scenes.flatMap(({ id, eighths }) => {
        const parts = strips.filter(({ scene }) => scene === id)
        const whole = parts.every(({ part }, at) => (part?.at ?? 1) === at + 1 && (part?.of ?? 1) === parts.length)
        const shot = parts.reduce((sum, strip) => sum + strip.eighths, 0)
        return [
          ...(parts.length > 0 && whole ? [] : [`scene ${id} is not shot once`]),
          ...(shot === eighths ? [] : [`${shot} of the ${eighths} eighths of scene ${id} are shot`]),
        ]
      }),
      ...days
        .filter(({ eighths, strips: list }) => eighths !== list.reduce((sum, strip) => sum + strip.eighths, 0))
        .map(({ day }) => `day ${day} does not sum to its strips`),
      ...days
        .filter(({ eighths }) => eighths > pagesPerDay * 8)
        .map(({ day, eighths }) => `day ${day} has ${eighths} eighths`),
    ]
  },
  /** The cast of a day is that of its scenes; day and night are apart, with rest between; the day out of days agrees. */
  P10: (schedule) => [
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
  /** What the cast and its waiting cost, day by day; the bound is below; script order is no cheaper. */
  P11: ({ days, scenes, castCost, holdCost, lowerBound, scriptOrder }, { dayRates = {} }) => {
    const counted = sumCastPay(days, dayRatesByMember(scenes, dayRates))
    return [
      ...(isSameAmount(counted.paid, castCost) ? [] : [`the cast costs ${counted.paid}, not ${castCost}`]),
      ...(isSameAmount(counted.held, holdCost) ? [] : [`waiting costs ${counted.held}, not ${holdCost}`]),
      ...(lowerBound <= castCost + 1e-6 ? [] : [`the bound ${lowerBound} is above the cost ${castCost}`]),
      ...(castCost <= scriptOrder.castCost + 1e-6 ? [] : ['script order costs the cast less']),
    ]
  },
  /** Moves, days and the whole cost are what the terms make of them; who has no rate is named. */
  P12: ({ days, scenes, moves, spanDays, cost, castCost, unrated }, { dayRates, moveCost = 0, dayCost = 0 }) => {
    const sets = days.flatMap(({ strips }) => strips.map((strip) => scenes.find(({ id }) => id === strip.scene)?.set))
    const changes = sets.filter((set, at) => at > 0 && set !== sets[at - 1]).length
    const total = castCost + changes * moveCost + (days.at(-1)?.day ?? 0) * dayCost
    const without = dayRates ? scenes.flatMap(({ cast }) => cast).filter((one) => !Object.hasOwn(dayRates, one)) : []
    return [
      ...(changes === moves ? [] : [`the company moves ${changes} times, not ${moves}`]),
      ...((days.at(-1)?.day ?? 0) === spanDays ? [] : [`the last day is not day ${spanDays}`]),
      ...(isSameAmount(total, cost) ? [] : [`it costs ${total}, not ${cost}`]),
      ...(new Set(without).size === unrated.length && without.every((one) => unrated.includes(one))
        ? []
        : ['who has no rate is not told']),
    ]
  },
}

function findDayViolations({ scenes }: ShootingSchedule, { day, strips, cast, light }: ShootingDay): readonly string[] {
  const shot = strips.flatMap(({ scene }) => scenes.find(({ id }) => id === scene) ?? [])
  const needed = new Set(shot.flatMap((scene) => scene.cast))
  return [
    ...(needed.size === cast.length && cast.every((one) => needed.has(one))
      ? []
      : [`the cast of day ${day} is not that of its scenes`]),
    ...(shot.every((scene) => scene.light === light) ? [] : [`day ${day} mixes day and night`]),
  ]
}

/** The clock of a call: days begin at 08:00, nights at 18:00. */
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

/** Each working day in turn, days of rest too: who has worked and will work is paid, and waits where not in a scene. */
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
