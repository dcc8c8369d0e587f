import { describe, expect, test } from 'vitest'
import { findCues, type PromptCues } from '../../../src/providers/understudy/prompt-cues.ts'

describe('the cues that the understudy finds in a prompt', () => {
  test.each<[string, string, Partial<PromptCues>]>([
    [
      'people, not the beginnings of sentences',
      'A keeper called Mara Quill waits. Later Jonas comes. Then Mara smiles.',
      { names: ['Mara Quill', 'Jonas'] },
    ],
    [
      'people in capitals',
      '- MARA QUILL: a keeper\n- JONAS: her son\nINT. KITCHEN',
      { names: ['Mara Quill', 'Jonas'] },
    ],
    ['people in JSON', '{"characters":[{"name":"Noor"},{"name":"Otto Lind"}]}', { names: ['Noor', 'Otto Lind'] }],
    [
      'no months, formats or titles',
      'Title: The Night of Ash\nIn one act, by March, as JSON, with the Courtyard.',
      { names: [] },
    ],
    ['places by their kind and by name', 'A baker in Lisbon keeps a lighthouse.', { places: ['lighthouse', 'Lisbon'] }],
    [
      'things after an article, without adjectives and people',
      'The old keeper finds a small brass key and her letter in one night.',
      { things: ['brass key', 'letter'] },
    ],
    [
      'things of the concept rather than of the instructions',
      'Concept: A thief steals a violin.\nGive it a logline and the ending a twist.',
      { things: ['violin'] },
    ],
    ['the roles of a team', 'The whole team: 2 developer, 1 line producer.', { roles: ['developer', 'line producer'] }],
    ['no cues in an empty prompt', '', { names: [], places: [], things: [], roles: [] }],
  ])('%s', (_, prompt, found) => {
    expect(findCues(prompt)).toMatchObject(found)
  })
})
