import { splitPhrases } from './random.ts'

/** Rules of stories: loglines, summaries, titles, people. */
export const STORY_GRAMMAR = {
  logline: [
    'When {event}, {who} must {quest} {thing} before {deadline}, even if {stake}.',
    'After {event}, {who} and {other} have until {deadline} to {quest} {thing}, while {stake}.',
    '{who} sets out to {quest} {thing}, but {event}, and {stake}.',
  ],
  event: [
    '{thing} goes missing from the {place}',
    '{thing} turns up in the {place}',
    'the {place} is cut off from the world',
    '{other} comes back for {thing}',
    'a stranger asks for {thing} by name',
    '{thing} proves to be a fake',
    'the {place} is put up for sale',
  ],
  quest: splitPhrases('find|return|protect|steal back|destroy|repair|explain|give up|prove|hide|deliver'),
  deadline: splitPhrases(
    'sunrise|the last ferry|the storm breaks|the doors open|closing time|the first snow|the auction|the lamp goes out|the hearing|midnight',
  ),
  stake: [
    'it costs {other} the {place}',
    '{other} is left with nothing',
    'the truth about {thing} comes out',
    'nobody else believes in {thing}',
    'it means lying to {other}',
    'the {place} may not last the night',
  ],
  summary: [
    '{who} {handles} {thing} in the {place}, and {other} {learns} {why}.',
    'In the {place}, {who} and {other} {share} {thing}; {turn}.',
    '{other} {learns} {why} when {thing} turns up {spot}, and {turn}.',
    '{who} tries to {quest} {thing}, but {turn}.',
  ],
  learns: splitPhrases('learns|guesses|denies|admits|hears by chance|finally sees|refuses to hear'),
  why: [
    'why {thing} was hidden',
    'who {did} {thing}',
    'what {thing} {costs}',
    'how the {place} was lost',
    'whose {thing} it was',
  ],
  turn: [
    '{other} leaves with {thing}',
    'the {place} goes dark',
    '{who} has to choose between {other} and {thing}',
    'an old promise about {thing} comes due',
    'the wrong person finds {thing}',
    '{other} stays after all',
    'the way back is closed until {deadline}',
  ],
  title: [
    'The {Adjective} {Object}',
    '{Object} at {When}',
    'The {Object} and the {Object2}',
    'A {Object} for the {Place}',
    'Below the {Place}',
  ],
  Adjective: splitPhrases(
    'Last|Borrowed|Quiet|Second|Salt|Paper|Hollow|Winter|Crooked|Patient|Copper|Drowned|Late|Painted',
  ),
  Object: splitPhrases(
    'Lantern|Tide|Letter|Key|Orchard|Signal|Ledger|Violin|Ferry|Window|Compass|Thread|Harvest|Mirror|Clock|Bell',
  ),
  Object2: splitPhrases('Storm|Stranger|Sparrow|Sea|Snow|Promise|Debt|Garden|Silence|Moon|Road|River'),
  When: splitPhrases('Low Tide|Midnight|First Light|the Border|Closing Time|Harvest|the Turn|the Long Table'),
  want: [
    'to {quest} {thing}',
    'to leave the {place} for good',
    'to be forgiven for {thing}',
    'to keep {thing} out of {other}’s hands',
    'to hear the truth about {thing}',
  ],
  voice: ['{Tempo} sentences; {habit}.', '{Tempo} and dry; {habit}.', '{Tempo}, with old sayings; {habit}.'],
  Tempo: splitPhrases('Short|Long|Careful|Clipped|Unhurried|Breathless|Plain'),
  habit: splitPhrases(
    'answers with questions|never swears|repeats the last word heard|says please as a threat|talks to objects|avoids names|finishes other people’s sentences|goes quiet when angry|counts aloud when afraid',
  ),
  person: [
    '{Trait}, {age}, and tied to {thing} by {bond}.',
    '{Trait}; knows the {place} better than anyone and {secret}.',
    '{Trait}, {age}; {secret}.',
  ],
  Trait: splitPhrases(
    'Stubborn|Watchful|Warm but tired|Quick with a joke|Proud|Too honest|Gentle until crossed|Restless|Exact|Superstitious|Loyal to a fault',
  ),
  age: splitPhrases('about thirty|past sixty|barely twenty|forty and counting|of no clear age|in the middle of life'),
  bond: splitPhrases('a promise|an old debt|blood|a lie|guilt|one good summer|a bad bargain'),
  secret: [
    'once {did} {thing}',
    'owes {other} a favour',
    'has not slept since {event}',
    'cannot part with {thing}',
    'is afraid of the {place}',
  ],
  storyRole: splitPhrases('protagonist|antagonist|confidant|rival|witness|mentor|stranger|messenger'),
} as const satisfies Readonly<Record<string, readonly string[]>>
