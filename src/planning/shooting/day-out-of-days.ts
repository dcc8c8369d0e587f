import type { ShootingSchedule } from './types.ts'

/** Starts, works, holds, finishes, and starts and finishes on one day, as production offices write it; empty: not paid. */
export type DayMark = 'SW' | 'W' | 'H' | 'WF' | 'SWF' | ''

export interface DayOutOfDaysRow {
  readonly member: string
  /** The number of the member on strips and call sheets: 1 has the most scenes. */
  readonly number: number
  /** One for each working day of the shoot, from day 1. */
  readonly marks: readonly DayMark[]
  readonly start: number
  readonly finish: number
  readonly work: number
  readonly hold: number
  /** `work` and `hold` together. */
  readonly paid: number
}

/** When each member works and waits, a row a member, in the order of their numbers. */
export function dayOutOfDays({ scenes, days }: Pick<ShootingSchedule, 'scenes' | 'days'>): readonly DayOutOfDaysRow[] {
  const lastDay = days.at(-1)?.day ?? 0
  return [...numberCast(scenes)].map(([member, number]) => {
    const workedDays = new Set(days.filter(({ cast }) => cast.includes(member)).map(({ day }) => day))
    const [start, finish] = [Math.min(...workedDays), Math.max(...workedDays)]
    const markFor = (day: number): DayMark => {
      if (day < start || day > finish) return ''
      if (day === start) return day === finish ? 'SWF' : 'SW'
      if (day === finish) return 'WF'
      return workedDays.has(day) ? 'W' : 'H'
    }
    const paid = finish - start + 1
    return {
      member,
      number,
      marks: Array.from({ length: lastDay }, (_, index) => markFor(index + 1)),
      start,
      finish,
      work: workedDays.size,
      hold: paid - workedDays.size,
      paid,
    }
  })
}

/** Numbers of the cast by falling count of scenes; equal counts are in order of appearance. */
export function numberCast(scenes: ShootingSchedule['scenes']): ReadonlyMap<string, number> {
  const count = new Map<string, number>()
  for (const { cast } of scenes) for (const member of new Set(cast)) count.set(member, (count.get(member) ?? 0) + 1)
  const members = [...count].toSorted(([, a], [, b]) => b - a).map(([member]) => member)
  return new Map(members.map((member, at) => [member, at + 1]))
}
