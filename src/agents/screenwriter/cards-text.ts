import { formatPages, joinLines } from './prompts.ts'
import type { Card } from './shapes.ts'

/** The heading and the summary of a card, a line each. They replace its pages where the window is too small. */
export function cardLine({ heading, summary }: Card, number: number): string {
  return `${number}. ${heading}: ${summary}`
}

/** The cards of a block by number, heading and length. Their text is in the conversation. */
export function cardList(cards: readonly Card[], from: number): string {
  return joinLines(cards.map(({ heading, pages }, at) => `${from + at + 1}. ${heading} (${formatPages(pages)})`))
}
