import { PLAN_GRAMMAR } from './grammar-plan.ts'
import { STORY_GRAMMAR } from './grammar-story.ts'
import { splitPhrases } from './random.ts'

/**
 * The grammar of the understudy. A rule is a list of alternatives; `{rule}` is replaced by another rule, and `{who}`,
 * `{other}`, `{thing}`, `{topic}` and `{place}` by words of the prompt. All text is in the present tense and has no
 * pronouns for people, because any name and any noun must fit.
 */
export const GRAMMAR = {
  // Action
  action: [
    '{who} {handles} {thing} {manner}.',
    '{who} {moves} the {place}, {carrying} {thing}.',
    '{noise} {nearby}. {who} {reacts}.',
    '{light} {falls} across {thing}.',
    '{who} {looks} {thing}, then at {other}.',
    '{who} {stops} in the {place}, {listening}.',
    '{weather}. {who} {handles} {thing} {manner}.',
    '{other} {reacts}. {who} {handles} {thing}.',
    'Near {thing}, {who} {waits} while {other} {handles} {thing}.',
    '{who} {takes} {count} steps and {handles} {thing} {manner}.',
    '{thing} {lies} {spot}. {other} {looks} it {manner}.',
    '{who} and {other} {share} {thing} {manner}.',
  ],
  handles: splitPhrases(
    'lifts|sets down|turns over|pockets|unwraps|pushes aside|weighs|wipes clean|reaches for|lets go of|hides|uncovers|taps|opens|closes|studies|drags over|straightens|folds away|holds up|circles|kicks|rescues|winds|shakes|hands over|takes back|measures|marks|unlocks',
  ),
  moves: splitPhrases(
    'crosses|leaves|circles|enters|searches|paces|hurries through|backs out of|steps into|limps across',
  ),
  carrying: splitPhrases(
    'carrying|dragging|hiding|guarding|still holding|reaching for|leaving behind|looking for|forgetting|not touching',
  ),
  noise: splitPhrases(
    'A floorboard groans|A kettle starts to sing|Something metal drops|A door slams|A radio crackles|Glass rattles|Somebody laughs|A bell rings once|Water drips|A dog barks|An engine coughs|Footsteps pass|A telephone rings|Wind moves the shutters|A chair scrapes|A clock strikes late|Pipes knock|A match is struck',
  ),
  nearby: splitPhrases(
    'in the next room|overhead|behind the wall|outside|on the stairs|below|far off|under the window|down the passage|across the water|beyond the gate|at the back',
  ),
  reacts: splitPhrases(
    'freezes|does not look up|smiles in spite of everything|counts under the breath|sits down at last|turns away|nods slowly|holds still|almost speaks|steps back|stops breathing for a second|laughs too late|shrugs|leans closer|goes pale|keeps working|waits it out|looks for the exit',
  ),
  light: splitPhrases(
    'Lamplight|Grey morning light|A torch beam|The last of the sun|A strip of neon|Moonlight|Headlight glare|The glow of a screen|Candlelight|A flicker of blue light|Dusty daylight|The red of the exit sign',
  ),
  falls: splitPhrases('falls|slides|trembles|spreads|creeps|breaks|flickers|settles|drifts|swings'),
  looks: splitPhrases('looks at|stares at|glances at|frowns at|squints at|peers at|nods at|points at'),
  stops: splitPhrases('stops|stands|waits|kneels|leans|hesitates|lingers|crouches'),
  listening: splitPhrases(
    'listening|out of breath|pretending to be calm|counting the seconds|coat still wet|one hand raised|keys in hand|eyes closed|half in shadow|ready to run|not quite smiling|hat in hand',
  ),
  weather: splitPhrases(
    'Rain starts|The wind drops|Fog presses at the glass|The lights dip|The tide turns|Snow begins|Thunder rolls off|The heat will not lift|Dust hangs in the air|The sky clears|The power fails and returns|Dawn comes up thin',
  ),
  waits: splitPhrases(
    'waits|says nothing|keeps watch|hums|holds the light|ties a knot|counts|stands guard|makes room|pretends to read',
  ),
  takes: splitPhrases('takes|counts|manages|risks|wastes|hurries'),
  count: splitPhrases('two|three|four|five|six|seven|a dozen'),
  lies: splitPhrases('lies|stands|waits|gleams|sits|leans|rests|has moved'),
  spot: splitPhrases(
    'on the floor|by the door|under the table|in plain sight|where nobody left it|on the top step|beneath a cloth|at the edge of the light|half buried|against the wall|on the sill|out of reach',
  ),
  share: splitPhrases(
    'carry|argue over|bend over|lift|guard|pass by|reach for|put away|fight for|walk around|sort through|cover',
  ),
  manner: splitPhrases(
    'without a word|very carefully|as if it were hot|with both hands|for the last time|one-handed|in the dark|too quickly|with great care|in a single move|like a secret|as a test|without looking|with a shrug|for luck|out of habit|against better judgement|as slowly as possible|with the door open|before anyone can object|on tiptoe|to the light|like an apology|at arm’s length',
  ),

  // Dialogue
  speech: [
    '{opener} {statement}.',
    '{statement}, and {statement}.',
    'What did {other} do with {thing}?',
    'If {condition}, {consequence}.',
    'Ask {other} about {thing}. {statement}.',
    'I {did} {thing} {when}. {statement}.',
    'You {did} {thing}? {statement}.',
    'Nobody {did} {thing} {when}, {other}.',
    'Give me {thing} {when2}, or {consequence}.',
    'Tell me again why {statement}.',
    '{statement}. {closer}',
    'We {did} {thing} {when}, {other}. {closer}',
    'Do not {wreck} {thing}. {closer}',
  ],
  opener: splitPhrases(
    'Listen,|I told you,|Maybe|Every year|For once,|As far as I know,|Between us,|Strange,|On paper,|They say|I was hoping|Funny how|Believe me,|You know as well as I do,|Sooner or later|Of course',
  ),
  statement: [
    '{thing} {was} {spot} {when}',
    '{thing} never belonged to {other}',
    'the {place} {feels} {feeling} without {thing}',
    '{other} {did} {thing} {when}',
    'I can still hear {thing} from the {place}',
    'there is no {place} without {thing}',
    'we need {thing} more than {thing}',
    '{thing} {costs} {price}',
    'somebody {did} {thing} {when}',
    'the way out of the {place} {was} {spot}',
  ],
  was: splitPhrases('was|stood|ended up|turned up|stayed|had been|lay|waited'),
  feels: splitPhrases('feels|looks|sounds|seems|gets|stays'),
  feeling: splitPhrases(
    'smaller|colder|honest|like a trap|empty|like home|too quiet|ready|unfinished|borrowed|kinder|brighter',
  ),
  did: splitPhrases(
    'kept|sold|saw|forgot|hid|found|painted|burned|mended|counted|promised|stole|buried|signed for|asked for|carried|lost|wanted|dropped|returned|traded|locked up',
  ),
  when: splitPhrases(
    'last winter|before the storm|on Sunday|years ago|this morning|after the funeral|twice already|the day the bridge closed|while you were asleep|before anyone asked|in one night|at low tide|when the music stopped|without telling me|on the last train|for a whole summer|the moment it rained|by mistake',
  ),
  when2: splitPhrases(
    'now|tonight|before dawn|at the gate|when it is quiet|in the morning|before the bell|while there is light',
  ),
  condition: [
    '{other} {did} {thing}',
    'the {place} floods again',
    'nobody comes for {thing}',
    '{thing} is still {spot}',
    'the light goes out',
    'you open {thing}',
    'they ask about {thing}',
    'this is about {thing}',
  ],
  consequence: [
    'we start again with {thing}',
    'I walk out of the {place}',
    'the {place} belongs to {other}',
    'nobody gets {thing}',
    'I keep {thing}',
    'we tell {other} everything',
    'it ends in the {place}',
    'you carry {thing} yourself',
  ],
  costs: splitPhrases('costs|is worth|takes|wants|deserves|hides'),
  price: splitPhrases(
    'too much|an evening|a good lie|another winter|every coin we have|a proper goodbye|one honest answer|more than a song|the long way round',
  ),
  closer: splitPhrases(
    'That is all I know.|So we wait.|I would do it again.|You asked.|Say it slower.|Then hurry.|It was never yours.|Put the kettle on.|Do not laugh.|Close the door.|Count to ten.|I mean it this time.|Try me.|Not yet.|Look closer.',
  ),
  wreck: splitPhrases('drop|touch|sell|name|open|thank|waste|blame|follow|lose|trust'),
  parenthetical: splitPhrases(
    'quietly|not turning|after a moment|to {other}|half laughing|under the breath|too fast|reading|without looking up|over the noise|almost kindly|testing it|beat|already leaving',
  ),

  ...STORY_GRAMMAR,

  // Defaults for a prompt without such words
  prop: ['the {kind} {noun}'],
  kind: splitPhrases(
    'brass|wet|cracked|borrowed|blue|heavy|old|folded|empty|spare|rusted|velvet|wooden|silver|torn|locked|dusty|oiled|stolen|painted',
  ),
  noun: splitPhrases(
    'key|lantern|ledger|coat|rope|photograph|bottle|radio|suitcase|mirror|map|knife|violin|letter|box|clock|blanket|bell|notebook|cup|lamp|chain|ticket|compass|umbrella|medal|drawer|candle|hammer|net',
  ),
  set: splitPhrases(
    'kitchen|harbour|stairwell|workshop|back office|courtyard|attic|ferry deck|waiting room|cellar|garden|corridor|rooftop|storeroom|chapel|boathouse',
  ),
  detail: splitPhrases('back room|front steps|doorway|upper floor|yard|landing|gallery|entrance'),
  person_name: splitPhrases(
    'Mara|Jonas|Ines|Teodor|Agnes|Kwame|Lena|Silas|Priya|Otto|Noor|Edda|Dario|Yuki|Bram|Celia|Viktor|Rosa',
  ),

  ...PLAN_GRAMMAR,
  transition: splitPhrases('CUT TO:|DISSOLVE TO:|SMASH CUT TO:|MATCH CUT TO:'),
  label: splitPhrases('first|second|open|quiet|steady|early|minor|common|plain|spare'),
} as const satisfies Readonly<Record<string, readonly string[]>>

export type GrammarRule = keyof typeof GRAMMAR
