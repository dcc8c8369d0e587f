import { z } from 'zod'
import { isNearDuplicate } from '../../screenplay/similar-names.ts'
import { askModel, type ModelAsker } from '../shared/ask-model.ts'
import { castName, plain } from './clean.ts'
import type { Beat, Character, Document } from './document.ts'
import { shares } from './fit.ts'
import { SHAPES } from './input.ts'
import { bibleOf, briefOf, lines, systemPrompt } from './prompts.ts'
import { withSet } from './sets.ts'

/** The first stages of a script. Each asks one question and gives back what the document lacks. */

export async function askStory(asker: ModelAsker, document: Document): Promise<NonNullable<Document['story']>> {
  const story = await askModel(asker, {
    name: 'logline',
    subject: 'the logline',
    schema: z.object({
      title: z.string().min(1).max(100),
      logline: z
        .string()
        .min(20)
        .max(500)
        .describe('One or two sentences: who, what they want, what stands in the way.'),
      theme: z.string().min(3).max(300).describe('What it is about underneath, in one sentence.'),
    }),
    system: systemPrompt(document),
    prompt: lines([briefOf(document), 'Give it a title, a logline and a theme.']),
    maxOutputTokens: 2_000,
  })
  return {
    title: plain(document.brief.title ?? story.title),
    logline: plain(story.logline),
    theme: plain(story.theme),
  }
}

/** Who speaks, and where it plays: the names that everything after keeps to. */
export async function askCharacters(
  asker: ModelAsker,
  document: Document,
): Promise<Pick<Document, 'sets'> & { readonly characters: readonly Character[] }> {
  const { format } = document.brief
  const [least, most] = SHAPES[format].cast
  const wanted = document.brief.characters ?? []
  const answer = await askModel(asker, {
    name: 'characters',
    subject: 'the characters',
    schema: z.object({
      characters: z
        .array(
          z.object({
            name: z.string().min(1).max(60).describe('As it stands above a speech: one or two words.'),
            role: z.string().min(1).max(300).describe('Who it is, with age.'),
            want: z.string().min(1).max(300),
            voice: z.string().min(1).max(300).describe('How this person talks.'),
          }),
        )
        .min(Math.max(least, wanted.length))
        .max(Math.max(most, wanted.length)),
      sets: z
        .array(z.string().min(1).max(80).describe('A place, as scene headings spell it, such as LAMP ROOM.'))
        .meta({ minItems: 1, maxItems: SHAPES[format].sets })
        .describe('The places it is shot in, each once.'),
    }),
    system: systemPrompt(document),
    prompt: lines([
      bibleOf(document),
      `List everybody who speaks, small parts too, and the places where it plays${SHAPES[format].sets === 1 ? ': one' : ''}. No two names may look alike or begin with the same letters.`,
    ]),
    maxOutputTokens: 4_000,
    check: ({ characters }) => nameProblems(characters.map(({ name }) => canonical(name))),
    fixInvalid: (value) => value,
  })
  const characters = answer.characters.map(({ name, role, want, voice }) => ({
    name: canonical(name),
    role: plain(role),
    want: plain(want),
    voice: plain(voice),
  }))
  const names = wanted.map((given) => canonical(given.split(/[,:;(–—]|\s-\s/)[0] ?? given))
  const sets = answer.sets.reduce<readonly string[]>((known, set) => withSet(known, set).sets, [])
  return { characters: distinct(withNames(characters, names)), sets }
}

export async function askBeats(asker: ModelAsker, document: Document): Promise<readonly Beat[]> {
  const { format, target_pages: target } = document.brief
  const [least, most] = SHAPES[format].beats
  const { beats } = await askModel(asker, {
    name: 'beats',
    subject: 'the beats',
    schema: z.object({
      beats: z
        .array(
          z.object({
            title: z.string().min(1).max(100),
            summary: z.string().min(1).max(800),
            pages: z.number().min(0.1).max(Math.max(1, target)).describe('Its length in pages.'),
          }),
        )
        .min(least)
        .max(most),
    }),
    system: systemPrompt(document),
    prompt: lines([
      bibleOf(document),
      `Break the story into ${least} to ${most} beats, each a turn that follows from the one before. Their pages together make ${target}.`,
    ]),
    maxOutputTokens: 6_000,
  })
  const pages = shares(
    beats.map((beat) => beat.pages),
    target,
  )
  return beats.map(({ title, summary }, index) => ({
    title: plain(title),
    summary: plain(summary),
    pages: pages[index] ?? 0,
  }))
}

/** A name as it stands in a cue: capitals, letters and digits, no title page of adjectives. */
export function canonical(name: string): string {
  const words = plain(name)
    .replace(/\([^)]*\)/g, ' ')
    .replace(/[^\p{L}\p{N}'’&.#\- ]/gu, ' ')
  return words.replace(/\s+/g, ' ').trim().toUpperCase().slice(0, 30).trim()
}

function nameProblems(names: readonly string[]): readonly string[] {
  return names.flatMap((name, index) => {
    if (!/\p{L}/u.test(name)) return [`"${name}" is no name.`]
    const twin = names.slice(0, index).find((other) => other === name || isNearDuplicate(other, name))
    return twin === undefined ? [] : [`${twin} and ${name} are too alike: rename one.`]
  })
}

/** The names a person asked for are in the cast, whatever the model called them. */
function withNames(characters: readonly Character[], names: readonly string[]): readonly Character[] {
  const cast = [...characters]
  const free = cast.flatMap((character, index) => (castName(character.name, names) === undefined ? [index] : []))
  for (const name of names.filter((wanted) => wanted !== '')) {
    const same = cast.findIndex((character) => castName(character.name, names) === name)
    const index = same >= 0 ? same : (free.shift() ?? cast.length)
    const character = cast[index] ?? { role: 'as the concept says', want: 'as the concept says', voice: 'plain' }
    cast[index] = { ...character, name }
  }
  return cast
}

function distinct(characters: readonly Character[]): readonly Character[] {
  const kept: Character[] = []
  for (const character of characters) {
    const taken = kept.some(({ name }) => name === character.name || isNearDuplicate(name, character.name))
    if (!taken && /\p{L}/u.test(character.name)) kept.push(character)
  }
  return kept
}
