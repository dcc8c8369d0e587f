import type { Chance } from './rehearsal-chance.ts'
import type { Element } from './rehearsal-elements.ts'
import type { Rule } from './rehearsal-words.ts'
import type { Writer } from './rehearsal-writer.ts'

/** Where a value stands: what it is called, and what is known of its neighbours. */
export interface Field {
  /** The property's name, or that of the list it is an item of. */
  readonly name: string
  readonly description: string
  /** The name of the list that the object around it is an item of: `tasks`, `characters`. */
  readonly list: string
  /** Its place in that list, from 0. */
  readonly index: number
  /** How many that list has; 0: it is in none. */
  readonly count: number
  /** The plan's language rather than the play's. */
  readonly work: boolean
  /** What the object around it is by its tag. */
  readonly element: Element | undefined
}

/** A string for a field, and how well it can carry the word that it is a placeholder (1 is best, 0 not at all). */
export interface Text {
  readonly text: string
  readonly carries: number
  /** More of the same, where it is too short. */
  more(): string
}

type Kind =
  | { readonly rule: Rule; readonly sentences?: number; readonly carries: number }
  | 'heading'
  | 'place'
  | 'time'
  | 'name'
  | 'speaker'
  | 'person'

const PLAY: readonly (readonly [RegExp, Kind])[] = [
  [/heading|slug/, 'heading'],
  [/\b(?:set|location|place|setting|where)\b/, 'place'],
  [/\btime\b/, 'time'],
  [/speaker|\bcharacters?\b|\bcast\b|\bwho\b/, 'speaker'],
  [/\bparenthetical\b/, { rule: 'parenthetical', carries: 0 }],
  [/dialog|\blines?\b|speech/, { rule: 'speech', carries: 6 }],
  [/logline|premise|concept/, { rule: 'logline', carries: 1 }],
  [/summary|synopsis|outline|what happens|overview|\bbeat\b|\barc\b/, { rule: 'summary', sentences: 2, carries: 2 }],
  [/action/, { rule: 'action', sentences: 2, carries: 4 }],
  [/transition/, { rule: 'transition', carries: 0 }],
  [/\b(?:prop|item)\b/, { rule: 'prop', carries: 0 }],
  [/\b(?:want|need|goal|motivation|objective)\b/, { rule: 'want', carries: 0 }],
  [/voice|speech pattern|manner/, { rule: 'voice', carries: 5 }],
  [/\brole\b/, { rule: 'storyRole', carries: 0 }],
  [/\b(?:title|headline)\b/, { rule: 'title', carries: 8 }],
  [/\bname\b/, 'name'],
  [/\b(?:label|tag|category|mood|tone|genre|color|colour|word)\b/, { rule: 'label', carries: 0 }],
]

const WORK: readonly (readonly [RegExp, Kind])[] = [
  [/deliverable/, { rule: 'deliverable', carries: 7 }],
  [/assumption/, { rule: 'assumption', carries: 4 }],
  [/\bbasis\b/, { rule: 'basis', carries: 0 }],
  [/acceptance|done when|criteri|definition of done/, { rule: 'acceptance', carries: 5 }],
  [/mitigation|response|contingency/, { rule: 'mitigation', carries: 5 }],
  [/\brisk\b/, { rule: 'risk', carries: 4 }],
  [/\b(?:role|owner|assignee|responsible)\b/, { rule: 'workRole', carries: 0 }],
  [/summary|overview/, { rule: 'work', sentences: 2, carries: 2 }],
  [/description|details|notes|\bwhy\b/, { rule: 'work', sentences: 2, carries: 3 }],
  [/\bgoal\b|objective/, { rule: 'goal', carries: 3 }],
  [/\b(?:title|name)\b/, { rule: 'task', carries: 8 }],
  [/\b(?:label|tag|category|word)\b/, { rule: 'label', carries: 0 }],
]

const BY_ELEMENT: Readonly<Record<Element, Kind | undefined>> = {
  action: { rule: 'action', sentences: 2, carries: 4 },
  speech: { rule: 'speech', carries: 6 },
  cue: 'speaker',
  parenthetical: { rule: 'parenthetical', carries: 0 },
  transition: { rule: 'transition', carries: 0 },
  heading: 'heading',
  other: undefined,
}

/** A list whose objects are milestones, risks or people says what their `title` or `description` is. */
const BY_LIST: readonly (readonly [RegExp, RegExp, Kind])[] = [
  [/milestone/, /title|name/, { rule: 'planName', carries: 0 }],
  [/risk/, /title|name|description/, { rule: 'risk', carries: 4 }],
  [/character|cast|people/, /description|bio|about|background|summary/, 'person'],
]

/** What to write where, by the field's name first, then by what its description says, then by what it is part of. */
export function textFor(field: Field, writer: Writer, chance: Chance): Text {
  const kind = kindOf(field)
  const once = (text: string): Text => ({ text, carries: 0, more: () => writer.write('label') })
  if (kind === 'heading') return once(writer.heading())
  if (kind === 'place') return once(writer.place())
  if (kind === 'time') return once(chance.pick(['DAY', 'NIGHT', 'DUSK', 'DAWN']))
  if (kind === 'name') return once(writer.newName())
  if (kind === 'speaker') return once(writer.speaker())
  const {
    rule,
    sentences = 1,
    carries,
  } = kind === 'person' ? { rule: 'person' as const, sentences: 1, carries: 3 } : kind
  const count = chance.whole(1, sentences)
  return { text: writer.paragraph(rule, count), carries, more: () => writer.write(rule) }
}

function kindOf(field: Field): Kind {
  const name = spaced(field.name)
  if (field.element && /^(?:text|content|value|body)$/.test(name)) {
    const kind = BY_ELEMENT[field.element]
    if (kind) return kind
  }
  const special = BY_LIST.find(([list, names]) => list.test(spaced(field.list)) && names.test(name))
  if (special) return special[2]
  const table = field.work ? WORK : PLAY
  const find = (text: string): Kind | undefined => table.find(([words]) => words.test(text))?.[1]
  return find(name) ?? find(spaced(field.description)) ?? { rule: field.work ? 'work' : 'summary', carries: 5 }
}

/** `timeOfDay` and `time_of_day` -> `time of day`. */
export const spaced = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase()

/** Usual ranges of numbers by what they are called. */
const RANGES: readonly (readonly [RegExp, number, number])[] = [
  [/optimistic/, 1, 4],
  [/\blikely/, 4, 16],
  [/pessimistic/, 16, 40],
  [/hour|effort/, 1, 40],
  [/minute/, 5, 60],
  [/\bdays?\b/, 1, 10],
  [/page|eighth/, 1, 3],
  [/priority|severity|likelihood|impact|rank/, 1, 5],
  [/count|people/, 1, 4],
  [/year/, 2026, 2030],
  [/cost|usd|price/, 100, 5000],
]

/** The range to take a number from, within the bounds that its schema sets. */
export function rangeFor(name: string, least: number | undefined, most: number | undefined): readonly [number, number] {
  const [, low = 1, high = 10] = RANGES.find(([words]) => words.test(spaced(name))) ?? []
  const from = Math.max(low, least ?? low)
  const to = Math.min(high, most ?? high)
  if (from <= to) return [from, to]
  return [least ?? (most ?? high) - (high - low), most ?? (least ?? low) + (high - low)]
}
