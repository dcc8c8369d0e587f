import { z } from 'zod'
import type { ShootingSchedule } from '../../planning/index.ts'
import { TAG_CATEGORIES } from '../../screenplay/tags.ts'

/** The needs of a scene. Cast, set, time and length come from the screenplay; the rest is suggested. */
export type Scene = z.infer<typeof Scene>
export const Scene = z.object({
  scene: z.number(),
  heading: z.string(),
  int_ext: z.string(),
  set: z.string(),
  time: z.string(),
  cast: z.array(z.string()),
  eighths: z.number(),
  /** Its beginning, in the screenplay's words. */
  summary: z.string(),
})

/** An element that a model named for a scene; `suggested` because no person has confirmed it. */
export type Suggested = z.infer<typeof Suggested>
export const Suggested = z.object({
  scene: z.number(),
  category: z.enum(TAG_CATEGORIES),
  item: z.string(),
  suggested: z.literal(true),
})

const Light = z.enum(['day', 'night', 'dawn', 'dusk'])
const ShiftKind = z.enum(['day', 'night'])
const Strip = z.object({
  scene: z.string(),
  eighths: z.number(),
  part: z.object({ at: z.number(), of: z.number() }).exactOptional(),
})
const ShootingDay = z.object({
  day: z.number(),
  light: ShiftKind,
  strips: z.array(Strip),
  eighths: z.number(),
  sets: z.array(z.string()),
  moves: z.number(),
  cast: z.array(z.string()),
})
const ShootingCost = z.object({
  shootingDays: z.number(),
  spanDays: z.number(),
  moves: z.number(),
  setMoves: z.number().default(0),
  splitSets: z.number().default(0),
  brokenContinuity: z.number().default(0),
  restDays: z.number(),
  castCost: z.number(),
  holdCost: z.number(),
  cost: z.number(),
})
/** The shape of the schedule of `showrunner/planning`. */
const Schedule: z.ZodType<ShootingSchedule> = z.object({
  ...ShootingCost.shape,
  scenes: z.array(
    z.object({
      id: z.string(),
      intExt: z.string().optional(),
      set: z.string(),
      light: Light,
      eighths: z.number(),
      cast: z.array(z.string()),
      summary: z.string().optional(),
    }),
  ),
  days: z.array(ShootingDay),
  lowerBound: z.number(),
  optimal: z.boolean(),
  scriptOrder: ShootingCost,
  unrated: z.array(z.string()),
  pagesPerDay: z.number(),
  pagesPerTwilight: z.number().default(1),
  hoursPerDay: z.number(),
  turnaroundHours: z.number(),
})

/** The shooting schedule and its terms. Rates cover only the members of the cast with a known rate. */
export type Shooting = z.infer<typeof Shooting>
export const Shooting = z.object({
  terms: z.object({ day_rates: z.record(z.string(), z.number()), pages_per_day: z.number().optional() }),
  schedule: Schedule,
})

/** The shooting as a plan publishes it. `task` is the id of a day's task; amounts are in `unit`. */
export type PublishedShooting = z.infer<typeof PublishedShooting>
export const PublishedShooting = z.object({
  scenes: z.array(Scene),
  elements: z.array(Suggested),
  days: z.array(ShootingDay.extend({ task: z.string() })),
  pages_per_day: z.number(),
  day_rates: z.record(z.string(), z.number()),
  order: z.object({
    unit: z.enum(['usd', 'cast_days']),
    shooting_days: z.number(),
    moves: z.number(),
    cost: z.number(),
    hold_cost: z.number(),
    script_order_cost: z.number(),
    lower_bound: z.number(),
    optimal: z.boolean(),
  }),
})
