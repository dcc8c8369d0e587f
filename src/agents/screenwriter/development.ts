import { z } from 'zod'
import { findHeadingConvention } from '../../screenplay/heading-languages.ts'
import type { Document } from './document.ts'
import { type Format, SHAPES } from './input.ts'
import { briefText, formatPages, joinLines } from './prompts.ts'
import type { Beat, Card, Character, Story } from './shapes.ts'
import { Beat as BeatShape, Character as CharacterShape, Story as StoryShape } from './shapes.ts'

/** A question for data: the prompt without the history, the schema, and the checks by code. */
export interface DataQuestion<T> {
  readonly name: string
  readonly subject: string
  readonly schema: z.ZodType<T>
  readonly prompt: string
  readonly maxOutputTokens: number
  readonly check?: (value: T) => readonly string[]
}

/** Asks for premise, theme and turn in one question, because they depend on each other. */
export function askForStory(document: Document): DataQuestion<Story> {
  const { format } = document.brief
  return {
    name: 'logline',
    subject: 'the story',
    schema: StoryShape,
    prompt: joinLines([
      briefText(document),
      '',
      'First find the story. Think of the three most obvious ways to tell this, and do not tell it in one of them.',
      `Then decide the central trick: what a first reader believes in the first half, what turns it, what is planted and pays off (${SHAPES[format].plants} plants at most, since ${formatPages(document.brief.target_pages)} must carry them plainly), and what the ending does to the beginning. Everything must be possible to see or hear, and every sum, date and distance in it must be right.`,
      FORMAT_FACTS[format] && `This format needs in format_facts: ${FORMAT_FACTS[format]}.`,
    ]),
    maxOutputTokens: 10_000,
    check: ({ title }) => (title.trim() === '' ? ['The title is empty.'] : []),
  }
}

const FORMAT_FACTS: Readonly<Partial<Record<Format, string>>> = {
  commercial:
    'product, brand, claim (the one thing it promises), super (the words on the screen), packshot (how the product is shown last), legal_line (or "none"), seconds (15, 30 or 60)',
  tv_pilot:
    'engine (what makes a new episode every week), story_a, story_b and story_c (a line each; they cut across each other), teaser, hook (why one watches the next episode)',
  feature: 'sequences (eight to twelve, a line each, with the question that each opens)',
}

/** Asks for the beats. Too few for the format are asked for once more; more are accepted. */
export function askForBeats(document: Document): DataQuestion<{ readonly beats: readonly Beat[] }> {
  const { format, target_pages } = document.brief
  const [least, most] = SHAPES[format].beats
  return {
    name: 'beats',
    subject: 'the beats',
    schema: z.object({ beats: z.array(BeatShape).meta({ minItems: least, maxItems: most }) }),
    prompt: joinLines([
      `Break the story into ${least} to ${most} beats. Each is one turn and is caused by an earlier one. The first shows who the people are to each other and what is at stake; the ending has the pages it needs. Their pages together make ${target_pages}.`,
      BEAT_RULES[format],
    ]),
    maxOutputTokens: 16_000,
    check: ({ beats }) => (beats.length === 0 ? ['There is no beat.'] : []),
  }
}

const BEAT_RULES: Readonly<Partial<Record<Format, string>>> = {
  tv_pilot:
    'Name in part the teaser and the acts (TEASER, ACT ONE, …). Each act ends on an act-out that makes one come back. The A, B and C stories cut across each other.',
  feature: 'Name in part the sequence that a beat belongs to (SEQUENCE 1: …).',
  commercial: 'The last beat is the packshot with the super.',
}

/** Asks for the principal cast. Bit parts may be added later. */
export function askForCharacters(document: Document): DataQuestion<{ readonly characters: readonly Character[] }> {
  const wanted = document.brief.characters ?? []
  return {
    name: 'characters',
    subject: 'the cast',
    schema: z.object({ characters: z.array(CharacterShape) }),
    prompt: joinLines([
      'List the people who matter, as many as these beats need and no more. No two names look alike or begin with the same letter. Voices differ in length of sentence, in what is counted, avoided or repeated, and in what is found funny; the sample line shows it. Bit parts may appear later without being listed.',
      wanted.length > 0 && `These must be among them, with these names: ${wanted.join('; ')}.`,
    ]),
    maxOutputTokens: 16_000,
    check: ({ characters }) => (characters.length === 0 ? ['The cast is empty.'] : []),
  }
}

/** Scene cards asked for in one answer. */
const CARDS_PER_ANSWER = 20

/** The planned number of scenes. */
export function plannedScenes({ format, target_pages }: Document['brief']): number {
  return Math.max(1, Math.round(target_pages / SHAPES[format].pagesPerScene))
}

/** The beats that an answer of the outline covers, by index, the second not included. */
export function outlineParts({ brief, beats = [] }: Document): readonly (readonly [from: number, to: number])[] {
  const answers = Math.min(Math.max(1, beats.length), Math.ceil(plannedScenes(brief) / CARDS_PER_ANSWER))
  const ends = Array.from({ length: answers }, (_, at) => Math.round(((at + 1) * beats.length) / answers))
  return ends.map((to, at) => [ends[at - 1] ?? 0, to])
}

/** Scene cards of some beats. `beats` of an answer says which beats its scenes serve, from 1. */
export function askForOutline(
  document: Document,
  [from, to]: readonly [number, number],
): DataQuestion<{ readonly scenes: readonly CardAnswer[] }> {
  const { brief, beats = [] } = document
  const pages = beats.slice(from, to).reduce((sum, beat) => sum + beat.pages, 0)
  const count = Math.max(1, Math.round((plannedScenes(brief) * pages) / brief.target_pages))
  const whole = from === 0 && to === beats.length
  return {
    name: 'outline',
    subject: 'the outline',
    schema: z.object({ scenes: z.array(cardAnswer(document)).meta({ minItems: 1, maxItems: 2 * count + 2 }) }),
    prompt: joinLines([
      `Outline ${whole ? 'the story' : `beats ${from + 1} to ${to}`} as scene cards, in the order in which they are seen: about ${count === 1 ? 'one scene' : `${count} scenes`}, together ${formatPages(pages)}.`,
      'A new scene begins only where the place or the time changes; several beats may share one scene. Plants are seen in plain business before they matter. Leave out what the pages cannot carry plainly.',
    ]),
    maxOutputTokens: 6_000 + count * 700,
    check: ({ scenes }) => (scenes.length === 0 ? ['There is no scene.'] : []),
  }
}

type CardAnswer = z.infer<ReturnType<typeof cardAnswer>>

function cardAnswer({ brief }: Document) {
  const { prefixes, times } = findHeadingConvention(brief.language)
  return z.object({
    int_ext: z.enum(Object.values(prefixes)),
    set: z.string().describe('The place, spelled the same each time.'),
    time: z.enum(Object.values(times)).describe('The light.'),
    summary: z.string().describe('What happens, in order, and what has changed at its end.'),
    part: z.string().describe('The act or sequence, or an empty text.'),
    whose: z.string().describe('Whose scene it is.'),
    want: z.string().describe('Who wants what from whom, here.'),
    obstacle: z.string(),
    turn: z.string().describe('The moment that turns it.'),
    unsaid: z.string().describe('What is not said aloud.'),
    plants: z.string().describe('What is planted and what pays off here; mostly empty.'),
    way_in_and_out: z.string().describe('The first and the last thing that is seen or heard.'),
    characters: z.array(z.string()).describe('Who is in it; empty for an empty place.'),
    pages: z.number().min(0).describe('Its length in pages.'),
  })
}

/** The cards with headings. Their pages are scaled so that all beats together have the requested length. */
export function readCards(
  { brief, beats = [], outline = [] }: Document,
  [from, to]: readonly [number, number],
  answers: readonly CardAnswer[],
): readonly Card[] {
  const pages = beats.slice(from, to).reduce((sum, beat) => sum + beat.pages, 0)
  const scaled = scaleTo(
    answers.map((answer) => answer.pages),
    pages,
  )
  const { times } = findHeadingConvention(brief.language)
  return answers.map(({ int_ext, set, time, part, ...card }, at) => {
    // The first scene of a script has no scene before it.
    const isFirst = outline.length + at === 0 && (time === times.CONTINUOUS || time === times.LATER)
    return {
      ...card,
      heading: `${int_ext} ${set.trim().toUpperCase() || 'A PLACE'} - ${isFirst ? times.DAY : time}`,
      ...(part.trim() !== '' && { part: part.trim() }),
      pages: scaled[at] ?? 0,
    }
  })
}

/** Weights scaled so that they make `total`; equal shares where all are 0. */
export function scaleTo(weights: readonly number[], total: number): readonly number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0)
  return weights.map((weight) => (sum > 0 ? (weight / sum) * total : total / weights.length))
}
