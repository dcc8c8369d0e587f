/** One request for a screenplay: as `develop_script` takes it, and as a person would write it in a chat. */
export interface Brief {
  readonly id: string
  readonly format: 'scene' | 'short' | 'commercial' | 'tv_pilot' | 'feature'
  readonly pages: number
  readonly concept: string
  readonly genre?: string
  readonly tone?: string
}

export const BRIEFS: readonly Brief[] = [
  {
    id: 'drama-short',
    format: 'short',
    pages: 7,
    genre: 'drama',
    tone: 'quiet, exact, with dry humour',
    concept:
      'A retired tram driver takes the last tram of the night home, as he has for forty years, and finds that the young woman driving it is on her last shift too: the line closes in the morning. Neither says so to the other until the depot.',
  },
  {
    id: 'telephone',
    format: 'scene',
    pages: 3,
    genre: 'drama',
    tone: 'tense, tender',
    concept:
      'Two sisters on the telephone. One is standing outside the house that their mother just sold; the other, abroad, does not know that it is sold. We hear both and see only the one outside the house.',
  },
  {
    id: 'commercial',
    format: 'commercial',
    pages: 1,
    tone: 'warm, funny in the last second',
    concept:
      'A 30-second commercial for Norrland, a repair service for bicycles that comes to your door. Claim: "We come to the flat." A legal line is needed: prices from 39 euros plus parts.',
  },
  {
    id: 'sketch',
    format: 'short',
    pages: 4,
    genre: 'comedy sketch',
    tone: 'deadpan',
    concept:
      'A support group for people whose houseplants are doing better than they are. Tonight a new member brings his plant along, and the plant is asked to share first.',
  },
  {
    id: 'two-hander',
    format: 'short',
    pages: 6,
    genre: 'drama',
    concept:
      'A locksmith is called at night to open a flat. The woman who called cannot prove that she lives there. He has until the neighbour upstairs calls the police to decide.',
  },
  {
    id: 'thriller-scene',
    format: 'scene',
    pages: 3,
    genre: 'thriller',
    concept:
      'An interpreter in a police interview realises from the suspect’s dialect that he is translating for the man who sold him his forged papers years ago. The detective knows neither thing.',
  },
  {
    id: 'romantic-comedy',
    format: 'short',
    pages: 8,
    genre: 'romantic comedy',
    concept:
      'Two people who each came to a wedding to object to it meet in the vestibule beforehand, compare notes, and discover that they would be objecting to different weddings in the same church.',
  },
  {
    id: 'silent',
    format: 'scene',
    pages: 2,
    concept:
      'Without a word of dialogue: a night cleaner in an office tower finds a birthday cake with one candle and a name that happens to be hers.',
  },
  {
    id: 'science-fiction',
    format: 'short',
    pages: 9,
    genre: 'science fiction',
    concept:
      'On a generation ship, the man who winds the only mechanical clock on board is told by the ship that the clock has been four minutes wrong for sixty years, and that everything has been arranged around it.',
  },
  {
    id: 'family',
    format: 'short',
    pages: 5,
    genre: 'family',
    concept:
      'A ten-year-old runs a lost-and-found from her bedroom for things that her building’s neighbours have lost: keys, a cat, a temper. Today an old neighbour comes to report that he has lost a word.',
  },
]

/** The brief as one chat message. */
export function chatMessage(brief: Brief): string {
  const kind = {
    scene: 'scene',
    short: 'short film',
    commercial: 'commercial',
    tv_pilot: 'TV pilot',
    feature: 'feature',
  }
  const about = [brief.genre && `Genre: ${brief.genre}.`, brief.tone && `Tone: ${brief.tone}.`]
    .filter(Boolean)
    .join(' ')
  return [
    `Write a ${kind[brief.format]} of about ${brief.pages} page${brief.pages === 1 ? '' : 's'} (one page is about one minute), as a properly formatted screenplay in Fountain.`,
    brief.concept,
    about,
    'Answer with the whole screenplay and nothing else.',
  ]
    .filter((line) => line !== '')
    .join('\n\n')
}
