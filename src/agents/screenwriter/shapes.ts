import { z } from 'zod'

/**
 * The data of development, and the schemas of its questions. They set no lengths and counts, because an answer that is a
 * little too long is not worth a second request.
 */

const text = (description: string) => z.string().describe(description)

export type Story = z.infer<typeof Story>
export const Story = z.lazy(() =>
  z
    .object({
      title: z.string(),
      logline: text('One or two sentences: the person, the want, the obstacle.'),
      theme: text('What it is about underneath, in one sentence.'),
      first_half: text('What a first reader believes in the first half.'),
      turn: text('What happens that turns it, and why it could not happen earlier.'),
      plants: z.array(
        z.object({
          planted: text('An object, a phrase or a habit, and the plain business in which it is first seen.'),
          paid: text('How it comes back, changed in meaning.'),
        }),
      ),
      ending: text('The last image and the last line, and what they do to the beginning.'),
      avoided: z.array(z.string()).describe('The obvious ways to tell it that were avoided.'),
      /** Facts that only this format needs, each with its name. */
      format_facts: z
        .array(z.object({ name: z.string(), value: z.string() }))

        .optional(),
    })
    .readonly(),
)

export type Beat = z.infer<typeof Beat>
export const Beat = z.lazy(() =>
  z
    .object({
      title: z.string(),
      summary: text('What happens, and what is different at its end.'),
      because: text('The earlier beat or act that causes it; of the first beat, what was true before.'),
      part: text('The act or sequence that it belongs to, or an empty text.').optional(),
      pages: z.number().min(0).describe('Its length in pages.'),
    })
    .readonly(),
)

export type Character = z.infer<typeof Character>
export const Character = z.lazy(() =>
  z
    .object({
      name: text('As it stands above a speech: one or two words.'),
      role: text('Who it is, with age.'),
      want: z.string(),
      need: text('What the person needs and does not see.'),
      secret: z.string(),
      relation: text('Who the person is to the others.'),
      voice: text('How this person talks, and never talks.'),
      sample: text('One line that only this person could say.'),
    })
    .readonly(),
)

export type Card = z.infer<typeof Card>
export const Card = z.lazy(() =>
  z
    .object({
      heading: z.string(),
      summary: z.string(),
      part: z.string().optional(),
      whose: z.string(),
      want: z.string(),
      obstacle: z.string(),
      turn: z.string(),
      unsaid: z.string(),
      plants: z.string(),
      way_in_and_out: z.string(),
      characters: z.array(z.string()).readonly(),
      pages: z.number(),
    })
    .readonly(),
)

/** A first reader's notes on a draft. Scenes are counted from 1. */
export type Reading = z.infer<typeof Reading>
export const Reading = z.lazy(() =>
  z
    .object({
      must_stay: z
        .array(z.object({ quote: z.string(), why: z.string() }))

        .describe('Up to three passages that must not be touched.'),
      not_understood: z.array(
        z.object({
          scene: z.int(),
          quote: z.string(),
          question: text('What you did not understand or had to read twice.'),
          show: text('The smallest thing to show or say that would make it plain.'),
        }),
      ),
      faults: z
        .array(
          z.object({
            kind: text('logic, sums, plant without payoff, swappable lines, said aloud, gap, ending, other'),
            scene: z.int(),
            quote: z.string(),
            fault: z.string(),
            cure: text('The smallest change that cures it.'),
          }),
        )

        .describe('The five that matter most, the worst first.'),
      cuts: z
        .array(z.object({ scene: z.int(), passage: z.string(), why: z.string() }))

        .describe('What could go first, should the script be too long.'),
    })
    .readonly(),
)
