import type { Calendar } from '../calendar/working-calendar.ts'

/** A scene as it stands on a strip. */
export interface StripScene {
  readonly id: string
  readonly intExt?: string | undefined
  readonly set: string
  readonly light: Light
  /** Eighths of a page, at least 1. */
  readonly eighths: number
  readonly cast: readonly string[]
  readonly summary?: string | undefined
}

export type Light = 'day' | 'night'

export interface Strip {
  readonly scene: string
  readonly eighths: number
  /** Which part of the scene this is, where it is longer than a day: `{ at: 1, of: 3 }`. */
  readonly part?: { readonly at: number; readonly of: number }
}

export interface ShootingDay {
  /** Counted from 1 over the working days of the shoot; a number that is missing is a day of rest for a turnaround. */
  readonly day: number
  /** `YYYY-MM-DD`, where a calendar was given. */
  readonly date?: string
  readonly light: Light
  readonly strips: readonly Strip[]
  readonly eighths: number
  /** Sets in the order of the day. */
  readonly sets: readonly string[]
  /** Moves of the company on this day, the one from the set of the day before included. */
  readonly moves: number
  /** Who is in its scenes. */
  readonly cast: readonly string[]
}

export interface ShootingOptions {
  /** What a day of each member costs. A member who is not in it is in `unrated`; with none at all, costs are cast-days. */
  readonly dayRates?: Readonly<Record<string, number>> | undefined
  /** Pages a day at most; 5 unless given. */
  readonly pagesPerDay?: number | undefined
  /** From call to wrap; 12 unless given. */
  readonly hoursPerDay?: number | undefined
  /** Rest between wrap and the next call; 11 unless given. */
  readonly turnaroundHours?: number | undefined
  /** What moving the company to another set costs. Absent: moves are avoided as if each cost a day of one member. */
  readonly moveCost?: number | undefined
  /** What a day of the shoot costs besides the cast. Absent: days are saved as if each cost a day of five members. */
  readonly dayCost?: number | undefined
  readonly calendar?: Calendar | undefined
}

/** What a way of shooting takes and costs, from the rates and costs that were given alone. */
export interface ShootingCost {
  /** Days with scenes. */
  readonly shootingDays: number
  /** Working days from the first to the last, those of rest included. */
  readonly spanDays: number
  readonly moves: number
  /** Days of rest between a night and the day after it. */
  readonly restDays: number
  /** Each member's rate for every day from their first to their last. */
  readonly castCost: number
  /** The part of `castCost` for days without a scene of theirs. */
  readonly holdCost: number
  /** `castCost`, and moves and days where their cost was given. */
  readonly cost: number
}

export interface ShootingSchedule extends ShootingCost {
  readonly scenes: readonly StripScene[]
  readonly days: readonly ShootingDay[]
  /** No schedule on these terms costs the cast less. */
  readonly lowerBound: number
  /** True where `castCost` is proved to be the least there is. */
  readonly optimal: boolean
  /** The scenes in the order of the script, packed into days in the same way. */
  readonly scriptOrder: ShootingCost
  /** Members without a rate, where others have one. */
  readonly unrated: readonly string[]
  readonly pagesPerDay: number
  readonly hoursPerDay: number
  readonly turnaroundHours: number
}
