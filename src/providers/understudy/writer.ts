import { GRAMMAR, type GrammarRule } from './grammar.ts'
import type { PromptCues } from './prompt-cues.ts'
import type { RandomSource } from './random.ts'

/** Writes one answer: any rule of the grammar as a sentence, never the same one twice while there are others. */
export interface Writer {
  write(rule: GrammarRule): string
  /** Sentences of a rule, until there are as many as asked for. */
  paragraph(rule: GrammarRule, sentences: number): string
  /** `INT. LIGHTHOUSE - NIGHT`. */
  heading(): string
  place(): string
  /** A person: those of the prompt first, each once, then others. */
  newName(): string
  /** Replaces the people. */
  setCast(names: readonly string[]): void
  /** The next speaker: never the previous one. */
  nextSpeaker(): string
}

const TIMES = ['DAY', 'NIGHT', 'DAWN', 'DUSK', 'EVENING', 'MORNING'] as const
/** Words of places that are outside. */
const OUTSIDE =
  /street|alley|bridge|forest|beach|island|garden|park|market|desert|mountain|valley|river|lake|cemetery|harbou?r|deck|yard|roof|village|city|steps/

export function createWriter(cues: PromptCues, random: RandomSource): Writer {
  const used = new Set<string>()
  const named = new Set<string>()
  let people: readonly string[] = cues.names.length > 1 ? cues.names : [...cues.names, ...inventNames(random, cues)]
  let last = ''
  let speaker = ''
  let shape = ''

  const pickOther = (...names: readonly string[]): string => {
    const others = people.filter((name) => !names.includes(name))
    return random.pick(others.length > 0 ? others : people)
  }
  const someone = (rule: GrammarRule): string => {
    if (rule === 'logline' && last === '') last = people[0] ?? ''
    else last = SAID.has(rule) ? pickOther(last, speaker) : pickOther(last)
    return last
  }
  const place = (): string => {
    const fromPrompt = random.happens(0.65) && cues.places.length > 0
    return fromPrompt ? random.pick(cues.places) : random.pick(GRAMMAR.set)
  }
  const promptThing = (share: number): string | undefined =>
    cues.things.length > 0 && random.happens(share) ? `the ${random.pick(cues.things)}` : undefined
  const given: Readonly<Record<string, (rule: GrammarRule) => string>> = {
    who: someone,
    other: someone,
    job: () => random.pick(cues.roles.length > 0 ? cues.roles : GRAMMAR.job),
    thing: (rule) => promptThing(Math.min(0.45, cues.things.length * 0.15)) ?? expand(random.pick(GRAMMAR.prop), rule),
    topic: (rule) => promptThing(0.7) ?? expand('the {part}', rule),
    place,
    Place: () => titled(place()),
  }
  const expand = (text: string, rule: GrammarRule): string =>
    text.replace(/\{(\w+)\}/g, (_, slot: string) => {
      if (given[slot]) return given[slot](rule)
      return isRule(slot) ? expand(random.pick<string>(GRAMMAR[slot]), rule) : slot
    })

  const write = (rule: GrammarRule): string => {
    const shapes = GRAMMAR[rule].filter((one) => one !== shape)
    shape = random.pick<string>(shapes.length > 0 ? shapes : GRAMMAR[rule])
    let sentence = ''
    for (let attempt = 0; attempt < 12; attempt++) {
      sentence = tidy(expand(attempt < 6 ? shape : random.pick<string>(GRAMMAR[rule]), rule), rule)
      if (!used.has(sentence)) break
    }
    used.add(sentence)
    return sentence
  }
  return {
    write,
    paragraph: (rule, sentences) => Array.from({ length: sentences }, () => write(rule)).join(' '),
    heading() {
      for (let attempt = 0; ; attempt++) {
        const where = place()
        const detail = random.happens(0.4) || attempt > 2 ? `, ${random.pick(GRAMMAR.detail)}` : ''
        const text = `${OUTSIDE.test(where) ? 'EXT' : 'INT'}. ${where}${detail} - ${random.pick(TIMES)}`.toUpperCase()
        if (used.has(text) && attempt < 12) continue
        used.add(text)
        return text
      }
    },
    place: () => titled(place()),
    newName() {
      const initials = new Set([...named, ...people].map((one) => one.charAt(0)))
      const given = people.find((one) => !named.has(one))
      const name = given ?? GRAMMAR.person_name.find((one) => !initials.has(one.charAt(0))) ?? `Voice ${named.size + 1}`
      named.add(name)
      return name
    },
    setCast(names) {
      if (names.length > 0) people = names
    },
    nextSpeaker() {
      speaker = pickOther(speaker)
      return speaker
    },
  }
}

/** More people for a scene whose prompt names one or none. */
function inventNames(random: RandomSource, cues: PromptCues): readonly string[] {
  const start = random.integer(0, GRAMMAR.person_name.length - 1)
  const turned = [...GRAMMAR.person_name.slice(start), ...GRAMMAR.person_name.slice(0, start)]
  return turned
    .filter((name) => !cues.names.some((one) => one.split(' ').includes(name)))
    .slice(0, 3 - cues.names.length)
}

/** Kinds in which the speaker is not mentioned. */
const SAID: ReadonlySet<GrammarRule> = new Set<GrammarRule>(['speech', 'parenthetical'])

const isRule = (slot: string): slot is GrammarRule => Object.hasOwn(GRAMMAR, slot)

const titled = (text: string): string => text.replace(/(^|\s)\p{Ll}/gu, (start) => start.toUpperCase())

/** Kinds that are no sentences: they keep their small first letter. */
const PHRASES: ReadonlySet<GrammarRule> = new Set<GrammarRule>([
  'parenthetical',
  'want',
  'storyRole',
  'workRole',
  'label',
])

function tidy(text: string, rule: GrammarRule): string {
  const proper = text.replace(/\bthe (?=\p{Lu}\p{Ll})/gu, rule === 'title' ? 'the ' : '')
  return PHRASES.has(rule) ? proper : proper.replace(/(^|[.?!] )\p{Ll}/gu, (start) => start.toUpperCase())
}
