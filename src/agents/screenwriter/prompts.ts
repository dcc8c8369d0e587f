import type { Document, Scene } from './document.ts'
import { SHAPES } from './input.ts'
import { isBegun, sceneText } from './render.ts'

/** What every question says first. */
export function systemPrompt({ brief }: Document): string {
  const language = brief.language ?? 'English'
  return [
    'You are a professional screenwriter. You show what can be seen and heard, in the present tense; people speak each in their own voice; every scene turns something.',
    'You answer with one JSON value of the schema you are given and nothing else. Its texts are plain words: no Markdown, no notes, no remarks to the reader, no camera directions.',
    `Write all story text in ${language}.`,
  ].join('\n')
}

/** What was asked for. */
export function briefOf({ brief }: Document): string {
  return lines([
    `We are writing ${SHAPES[brief.format].is} of ${brief.target_pages} pages (a page is a minute).`,
    `Concept: ${brief.concept}`,
    brief.title && `Title: ${brief.title}`,
    brief.genre && `Genre: ${brief.genre}`,
    brief.tone && `Tone: ${brief.tone}`,
    brief.setting && `Setting: ${brief.setting}`,
    brief.characters?.length && `Characters that must be in it: ${brief.characters.join('; ')}`,
    ...brief.notes.map((note) => `A wish: ${note}`),
  ])
}

/** What has been settled so far. */
export function bibleOf(document: Document): string {
  const { story, characters, sets } = document
  return lines([
    briefOf(document),
    story && `Title: ${story.title}`,
    story?.logline && `Logline: ${story.logline}\nTheme: ${story.theme}`,
    characters && 'Cast (nobody else speaks):',
    ...(characters ?? []).map(
      ({ name, role, want, voice }) =>
        `- ${name}${role && `: ${role}.`}${want && ` Wants: ${want}.`}${voice && ` Voice: ${voice}`}`,
    ),
    sets.length > 0 && `Places: ${sets.slice(0, MOST_SETS).join('; ')}.`,
  ])
}

/** Of a question; a person's feature may have many more. */
const MOST_SETS = 40

export function beatsOf({ beats = [] }: Document, from = 0, to = beats.length): string {
  return beats
    .slice(from, to)
    .map(({ title, summary, pages }, index) => `${from + index + 1}. ${title} (${round(pages)} pages): ${summary}`)
    .join('\n')
}

/** The beats that a scene serves, as far as that is known. */
export function servedBy({ beats = [] }: Document, scene: Scene): string {
  const served = (scene.beats ?? []).flatMap((number) => beats[number - 1] ?? [])
  return served.map(({ title, summary }) => `${title}: ${summary}`).join('\n')
}

/** The scenes around one: what came before, what it is to be, what comes after. */
export function surroundings(scenes: readonly Scene[], index: number): string {
  const line = (scene: Scene, at: number): string => `${at + 1}. ${scene.heading}: ${scene.summary}`
  const before = scenes.map(line).slice(Math.max(0, index - 6), index)
  const after = scenes.map(line).slice(index + 1, index + 3)
  const last = scenes[index - 1]
  return lines([
    before.length > 0 && `Scenes before:\n${before.join('\n')}`,
    last && isBegun(last) && `How the last one ended:\n${tail(sceneText(last), 700)}`,
    after.length > 0 && `Scenes after:\n${after.join('\n')}`,
  ])
}

export function tail(text: string, characters: number): string {
  return text.length <= characters ? text : `…${text.slice(-characters)}`
}

export function lines(parts: readonly (string | number | false | undefined)[]): string {
  return parts.filter((part) => typeof part === 'string' && part !== '').join('\n')
}

export function round(pages: number): string {
  return pages.toFixed(pages < 1 ? 2 : 1)
}
