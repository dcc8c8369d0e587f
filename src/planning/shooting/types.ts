import type { Calendar } from '../calendar/working-calendar.ts'

/** A scene on a strip. */
export interface StripScene {
  readonly id: string
  readonly intExt?: string | undefined
  readonly set: string
  /** The place on the map where the set is. Sets of one location are near each other. Absent: the set itself. */
  readonly location?: string | undefined
  readonly light: Light
  /** Eighths of a page, at least 1. */
  readonly eighths: number
  readonly cast: readonly string[]
  /** True where it goes on without a break from the scene before it: the two are shot one after the other. */
  readonly continuous?: boolean | undefined
  readonly summary?: string | undefined
}

/** The light of a scene. Dawn is shot at the beginning of a day, dusk at the beginning of a night. */
export type Light = 'day' | 'night' | 'dawn' | 'dusk'

/** When people work: a day is called in the morning, a night in the afternoon or evening. */
export type ShiftKind = 'day' | 'night'

export interface Strip {
  readonly scene: string
  readonly eighths: number
  /** The part of the scene, where it is longer than a day: `{ at: 1, of: 3 }`. */
  readonly part?: { readonly at: number; readonly of: number }
}

export interface ShootingDay {
  /** Counted from 1 over the working days of the shoot; a number that is missing is a day of rest for a turnaround. */
  readonly day: number
  /** `YYYY-MM-DD`, where a calendar was given. */
  readonly date?: string
  readonly light: ShiftKind
  readonly strips: readonly Strip[]
  readonly eighths: number
  /** Sets in the order of the day. */
  readonly sets: readonly string[]
  /** Changes of location within the day. Where the company goes overnight costs nothing. */
  readonly moves: number
  /** Members of the cast in its scenes. */
  readonly cast: readonly string[]
}

export interface ShootingOptions {
  /** Price of a day of each member. A member without one is in `unrated`; with none at all, costs are cast-days. */
  readonly dayRates?: Readonly<Record<string, number>> | undefined
  /** Pages a day at most; 5 unless given. */
  readonly pagesPerDay?: number | undefined
  /** Pages that a dawn or a dusk holds at most, because the light lasts less than an hour; 1 unless given. */
  readonly pagesPerTwilight?: number | undefined
  /** From call to wrap; 12 unless given. */
  readonly hoursPerDay?: number | undefined
  /** Rest between wrap and the next call; 11 unless given. */
  readonly turnaroundHours?: number | undefined
  /** Price of a company move to another location. Absent: moves are avoided as if each cost a day of one member. */
  readonly moveCost?: number | undefined
  /** Price of a day of the shoot besides the cast. Absent: days are saved as if each cost a day of five members. */
  readonly dayCost?: number | undefined
  readonly calendar?: Calendar | undefined
}

/** The length and price of a way of shooting, from the rates and prices that were given alone. */
export interface ShootingCost {
  /** Days with scenes. */
  readonly shootingDays: number
  /** Working days from the first to the last, those of rest included. */
  readonly spanDays: number
  /** Changes of location within days. */
  readonly moves: number
  /** Changes of set within a location. */
  readonly setMoves: number
  /** Days beyond the first on which a set is shot that would fit one day. */
  readonly splitSets: number
  /** Continuous scenes that are not shot right after the scene before them. */
  readonly brokenContinuity: number
  /** Days of rest between a night and the day after it. */
  readonly restDays: number
  /** Each member's rate for every day from their first to their last. */
  readonly castCost: number
  /** The part of `castCost` for days without a scene of theirs. */
  readonly holdCost: number
  /** `castCost`, and moves and days where their price was given. */
  readonly cost: number
}

export interface ShootingSchedule extends ShootingCost {
  readonly scenes: readonly StripScene[]
  readonly days: readonly ShootingDay[]
  /** No schedule on these terms costs the cast less. */
  readonly lowerBound: number
  /** True where all terms together (cast, days, moves, split sets, continuity) are proved to be the least there is. */
  readonly optimal: boolean
  /** The scenes in the order of the script, packed into days in the same way. */
  readonly scriptOrder: ShootingCost
  /** Members without a rate, where others have one. */
  readonly unrated: readonly string[]
  readonly pagesPerDay: number
  readonly pagesPerTwilight: number
  readonly hoursPerDay: number
  readonly turnaroundHours: number
}
