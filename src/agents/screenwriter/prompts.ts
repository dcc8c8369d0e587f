import type { Document } from './document.ts'
import { SHAPES } from './input.ts'

/** The system prompt of the conversation. It is the same in every request, because a cached prefix begins with it. */
export function systemPrompt({ brief }: Document): string {
  return [
    'You are a professional screenwriter. You write one script in this conversation, step by step: first you plan it, then you write its pages, then you improve them. What you wrote here stands until you replace it.',
    'A question about the plan is answered with one JSON value of the schema it gives and nothing else. A question for pages is answered with Fountain text and nothing else: no greeting, no remarks, no fence.',
    'A script shows what can be seen and heard, in the present tense.',
    `Write all story text in ${brief.language ?? 'English'}.`,
  ].join('\n')
}

/** The user's request, as part of the first question and of the reader's. */
export function briefText({ brief }: Document): string {
  return joinLines([
    `The brief: ${SHAPES[brief.format].name} of ${formatPages(brief.target_pages)} (a page is about a minute).`,
    `Concept: ${brief.concept}`,
    brief.title && `Title: ${brief.title}`,
    brief.genre && `Genre: ${brief.genre}`,
    brief.tone && `Tone: ${brief.tone}`,
    brief.setting && `Setting: ${brief.setting}`,
    brief.characters?.length && `Characters that must be in it: ${brief.characters.join('; ')}`,
    brief.language && `Language: ${brief.language}`,
  ])
}

/** The rules of the page. Clarity is the first, because planned scripts are weakest in it. */
export function pageRules({ brief }: Document): string {
  return joinLines([
    'How to write it, the most important first:',
    '1. A first reader has only this page: no plan, no concept. By the end of the first page it is plain who these people are to each other, where we are, what hour it is if hours matter, and what is at stake, through what they do and say and call each other.',
    '2. Every speech answers what was just said or done on the page. Never write a reply to something that is not on the page. A pronoun, a nickname or "it" comes only where its person or thing was named in the lines before.',
    '3. What matters later (an object, a place, a fact, a number, a habit) gets one plain sentence or line of its own when it first appears, and keeps the same word when it returns. Do not plant two things in one sentence. When it pays off, the reader must recognise it without turning back.',
    '4. One new thing at a time. Leave air around the turn: what happens, then a reaction that can be seen, then the next thing. If the plan holds more than these pages can carry plainly, drop the least of it; a dense page is a failed page.',
    '5. Cause: each scene happens because of an earlier one, and people act on what they know, and know only what they saw or heard on the page.',
    '6. Times, dates, sums, distances, directions and who holds what agree from the first page to the last.',
    '7. Voices: with the names covered, each line could belong to this person only. People want something from each other in every exchange and seldom say it; no character says the theme or explains the turn.',
    '8. Action lines: what is seen or heard, in short paragraphs of at most three lines. No "we see", no camera, no thoughts, no history, at most one comparison a page.',
    '9. The ending comes from what was planted, and is allowed its space.',
    `Form: scene headings in capitals such as ${headingExample(brief.language)}; a name in capitals alone on a line, the speech right under it; (V.O.), (O.S.) or (ON PHONE) behind the name where the voice is not seen; a parenthetical on its own line under the name, seldom; a new person in capitals with age and one telling detail at the first appearance; SUPER: and INSERT - as action; one empty line between paragraphs. A new heading only where place or time changes. No title page, no page numbers, no scene numbers.`,
  ])
}

function headingExample(language: string | undefined): string {
  return language === undefined || /^en/i.test(language)
    ? 'INT. KITCHEN - NIGHT'
    : 'INT. KITCHEN - NIGHT, with the words that screenwriters of the language use'
}

/** Words on a page, until the script itself shows its density: ten scripts by capable writers have 156 to 243, those with short speeches the fewest. */
export const WORDS_PER_PAGE = 205

/** The length in words, `about 1,230 words`, and in lines of action and dialogue. */
export function lengthText(pages: number, wordsPerPage: number): string {
  const words = Math.round((pages * wordsPerPage) / 10) * 10
  return `${formatPages(pages)}, which is about ${words} words written as this script is`
}

export function formatPages(pages: number): string {
  const rounded = Math.round(pages * 10) / 10
  return rounded === 1 ? '1 page' : `${rounded} pages`
}

export function joinLines(parts: readonly (string | number | false | undefined)[]): string {
  return parts.filter((part) => typeof part === 'string' && part !== '').join('\n')
}

/** `scene 4`, `scenes 4 to 6`: `from` is an index, `to` the index after the last. */
export function scenesText(from: number, to: number): string {
  return to - from === 1 ? `scene ${to}` : `scenes ${from + 1} to ${to}`
}
