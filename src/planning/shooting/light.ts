import type { Light, ShiftKind } from './types.ts'

/** Words of scene headings for each light, in the order in which they are looked for. Unknown is day. */
const LIGHT_WORDS: readonly (readonly [Light, RegExp])[] = [
  ['dawn', /\b(dawn|sunrise|daybreak|first light|morgendämmerung|morgengrauen|aube|amanecer|alba)\b/iu],
  ['dusk', /\b(dusk|sunset|twilight|magic hour|golden hour|abenddämmerung|crépuscule|anochecer|tramonto)\b/iu],
  ['night', /\b(night|evening|midnight|nacht|abend|nuit|soir|noche|notte)\b/iu],
]

/** The light of a time of day as it is written in a scene heading. */
export function lightFromTimeOfDay(time: string | undefined): Light {
  return LIGHT_WORDS.find(([, words]) => words.test(time ?? ''))?.[0] ?? 'day'
}

/** The kind of day on which a light is shot. */
export function shiftKindOf(light: Light): ShiftKind {
  return light === 'day' || light === 'dawn' ? 'day' : 'night'
}

export function isTwilight(light: Light): boolean {
  return light === 'dawn' || light === 'dusk'
}
