import type { GrammarRule } from './grammar.ts'
import type { RandomSource } from './random.ts'
import type { Field, SceneElement } from './types.ts'
import type { Writer } from './writer.ts'

/** A string for a field, and how suitable it is to say that it is a placeholder (1 is best, 0 not at all). */
export interface FieldText {
  readonly text: string
  readonly markRank: number
  /** More of the same, where it is too short. */
  writeMore(): string
}

type TextKind =
  | { readonly rule: GrammarRule; readonly sentences?: number; readonly markRank: number }
  | 'heading'
  | 'place'
  | 'time'
  | 'name'
  | 'speaker'
  | 'person'

const STORY_KINDS: readonly (readonly [RegExp, TextKind])[] = [
  [/heading|slug/, 'heading'],
  [/\b(?:set|location|place|setting|where)\b/, 'place'],
  [/\btime\b/, 'time'],
  [/speaker|\bcharacters?\b|\bcast\b|\bwho\b/, 'speaker'],
  [/\bparenthetical\b/, { rule: 'parenthetical', markRank: 0 }],
  [/dialog|\blines?\b|speech/, { rule: 'speech', markRank: 6 }],
  [/logline|premise|concept/, { rule: 'logline', markRank: 1 }],
  [/summary|synopsis|outline|what happens|overview|\bbeat\b|\barc\b/, { rule: 'summary', sentences: 2, markRank: 2 }],
  [/action/, { rule: 'action', sentences: 2, markRank: 4 }],
  [/transition/, { rule: 'transition', markRank: 0 }],
  [/\b(?:prop|item)\b/, { rule: 'prop', markRank: 0 }],
  [/\b(?:want|need|goal|motivation|objective)\b/, { rule: 'want', markRank: 0 }],
  [/voice|speech pattern|manner/, { rule: 'voice', markRank: 5 }],
  [/\brole\b/, { rule: 'storyRole', markRank: 0 }],
  [/\b(?:title|headline)\b/, { rule: 'title', markRank: 8 }],
  [/\bname\b/, 'name'],
  [/\b(?:label|tag|category|mood|tone|genre|color|colour|word)\b/, { rule: 'label', markRank: 0 }],
]

const PLAN_KINDS: readonly (readonly [RegExp, TextKind])[] = [
  [/deliverable/, { rule: 'deliverable', markRank: 7 }],
  [/assumption/, { rule: 'assumption', markRank: 4 }],
  [/\bbasis\b/, { rule: 'basis', markRank: 0 }],
  [/acceptance|done when|criteri|definition of done/, { rule: 'acceptance', markRank: 5 }],
  [/mitigation|response|contingency/, { rule: 'mitigation', markRank: 5 }],
  [/\brisk\b/, { rule: 'risk', markRank: 4 }],
  [/\b(?:role|owner|assignee|responsible)\b/, { rule: 'workRole', markRank: 0 }],
  [/summary|overview/, { rule: 'work', sentences: 2, markRank: 2 }],
  [/description|details|notes|\bwhy\b/, { rule: 'work', sentences: 2, markRank: 3 }],
  [/\bgoal\b|objective/, { rule: 'goal', markRank: 3 }],
  [/\b(?:title|name)\b/, { rule: 'task', markRank: 8 }],
  [/\b(?:label|tag|category|word)\b/, { rule: 'label', markRank: 0 }],
]

const BY_ELEMENT: Readonly<Record<SceneElement, TextKind | undefined>> = {
  action: { rule: 'action', sentences: 2, markRank: 4 },
  speech: { rule: 'speech', markRank: 6 },
  cue: 'speaker',
  parenthetical: { rule: 'parenthetical', markRank: 0 },
  transition: { rule: 'transition', markRank: 0 },
  heading: 'heading',
  other: undefined,
}

/** The kind of `title` or `description` in lists of milestones, risks or people. */
const BY_LIST: readonly (readonly [RegExp, RegExp, TextKind])[] = [
  [/milestone/, /title|name/, { rule: 'planName', markRank: 0 }],
  [/risk/, /title|name|description/, { rule: 'risk', markRank: 4 }],
  [/character|cast|people/, /description|bio|about|background|summary/, 'person'],
]

/** A text for a field, by its name first, then its description, then the object around it. */
export function writeFieldText(field: Field, writer: Writer, random: RandomSource): FieldText {
  const kind = kindOf(field)
  const once = (text: string): FieldText => ({ text, markRank: 0, writeMore: () => writer.write('label') })
  if (kind === 'heading') return once(writer.heading())
  if (kind === 'place') return once(writer.place())
  if (kind === 'time') return once(random.pick(['DAY', 'NIGHT', 'DUSK', 'DAWN']))
  if (kind === 'name') return once(writer.newName())
  if (kind === 'speaker') return once(writer.nextSpeaker())
  const {
    rule,
    sentences = 1,
    markRank,
  } = kind === 'person' ? { rule: 'person' as const, sentences: 1, markRank: 3 } : kind
  const count = random.integer(1, sentences)
  return { text: writer.paragraph(rule, count), markRank, writeMore: () => writer.write(rule) }
}

function kindOf(field: Field): TextKind {
  const name = splitIdentifier(field.name)
  if (field.element && /^(?:text|content|value|body)$/.test(name)) {
    const kind = BY_ELEMENT[field.element]
    if (kind) return kind
  }
  const special = BY_LIST.find(([list, names]) => list.test(splitIdentifier(field.listName)) && names.test(name))
  if (special) return special[2]
  const table = field.isPlan ? PLAN_KINDS : STORY_KINDS
  const find = (text: string): TextKind | undefined => table.find(([words]) => words.test(text))?.[1]
  return (
    find(name) ?? find(splitIdentifier(field.description)) ?? { rule: field.isPlan ? 'work' : 'summary', markRank: 5 }
  )
}

/** `timeOfDay` and `time_of_day` -> `time of day`. */
export const splitIdentifier = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase()

/** Usual ranges of numbers by field name. */
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
export function numberRange(
  name: string,
  least: number | undefined,
  most: number | undefined,
): readonly [number, number] {
  const [, low = 1, high = 10] = RANGES.find(([words]) => words.test(splitIdentifier(name))) ?? []
  const from = Math.max(low, least ?? low)
  const to = Math.min(high, most ?? high)
  if (from <= to) return [from, to]
  return [least ?? (most ?? high) - (high - low), most ?? (least ?? low) + (high - low)]
}
