/** Words of a prompt that the understudy uses. It finds them by patterns only. */
export interface PromptCues {
  /** People, as written, in order of appearance. */
  readonly names: readonly string[]
  /** Where it may play, lower case without an article (`lighthouse`), or a name (`Lisbon`). */
  readonly places: readonly string[]
  /** Things to talk about, lower case without an article (`letter`, `lighthouse keeper`). */
  readonly things: readonly string[]
  /** Kinds of people in a team, as written: `developer`. */
  readonly roles: readonly string[]
}

/**
 * Reads the words of a prompt. At most a dozen of each kind, each once, in order of appearance. Where a line says what
 * the concept or the goal is, places and things are taken from there, for the rest is mostly instructions.
 */
export function findCues(prompt: string): PromptCues {
  const text = prompt.slice(0, 60_000).replace(/^title:.*$/gim, '')
  const subject = [...text.matchAll(SUBJECT)].map(([, line]) => line ?? '').join('\n') || text
  const towns = [...subject.matchAll(/\b(?:in|at|off|outside) (\p{Lu}\p{Ll}{2,})\b/gu)].map(([, word]) => word ?? '')
  const places = [...words(subject).filter((word) => PLACES.has(word)), ...towns.filter(isName)]
  const people = names(text.replace(HEADING, ' ')).filter((name) => !towns.includes(name))
  const short = (name: string): boolean => people.some((other) => other !== name && other.split(' ').includes(name))
  const team = TEAM.exec(text)?.[1] ?? ''
  return {
    names: firstOf(people.filter((name) => !short(name))),
    places: firstOf(places),
    things: firstOf(nouns(subject).filter((thing) => !PLACES.has(thing))),
    roles: firstOf([...team.matchAll(/\d+ (\p{L}[\p{L} -]*)/gu)].map(([, role]) => role?.trim() ?? '')),
  }
}

/** A line that names the subject, with the text on it or below it. */
const SUBJECT = /^(?:the )?(?:concept|goal|premise|idea|setting|topic)\s*:\s*(.+)$/gim
/** A scene heading names places in capitals, not people. */
const HEADING = /\b(?:INT|EXT|EST)[./][^\n:]*/g
const TEAM = /\b(?:team|crew)\b[^:\n]{0,40}:([^\n]+)/i

const firstOf = (list: readonly string[]): readonly string[] => [...new Set(list)].slice(0, 12)

const words = (text: string): readonly string[] => text.toLowerCase().match(/\p{L}+/gu) ?? []

/** Names in JSON, words all in capitals, and capitalised words that do not merely begin a sentence. */
function names(text: string): readonly string[] {
  const found = [
    ...matches(text, /"(?:name|speaker|character)"\s*:\s*"([^"\n]{2,40})"/g),
    ...matches(text, /(?<=[\p{Ll},] )(?<!\b(?:the|an?) )(\p{Lu}\p{Ll}{2,}(?: \p{Lu}\p{Ll}{2,})?)(?=[\s.,;:!?'’)]|$)/gu),
    ...matches(text, /(?:^|[\s(])(\p{Lu}{3,}(?: \p{Lu}{3,})?)(?=[\s.,;:!?'’()]|$)/gmu),
  ]
  return found
    .sort((a, b) => a.at - b.at)
    .map(({ word }) => (word === word.toUpperCase() ? titled(word) : word))
    .filter(isName)
}

const titled = (capitals: string): string =>
  capitals.toLowerCase().replace(/\p{L}+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1))

const isName = (name: string): boolean => !name.split(' ').some((word) => NOT_NAMES.has(word.toLowerCase()))

const matches = (text: string, pattern: RegExp): readonly { readonly word: string; readonly at: number }[] =>
  [...text.matchAll(pattern)].map((match) => ({ word: match[1] ?? '', at: match.index }))

/** Up to two words after an article that look like a noun. */
function nouns(text: string): readonly string[] {
  return [...text.matchAll(/\b(a|an|the|his|her|their|one)((?: [\p{Ll}-]+){1,4})/gu)].flatMap(([, article, rest]) => {
    const run = (rest ?? '').trim().split(' ')
    const end = run.findIndex((word) => SMALL.has(word) || /(?:ly|ed)$/.test(word))
    const noun = (end < 0 ? run : run.slice(0, end)).filter((word) => !ADJECTIVE.test(word)).slice(0, 2)
    if (noun.length === 2 && /[^s]s$|ing$/.test(noun[1] ?? '') && article !== 'their') noun.pop()
    const thing = noun.join(' ')
    return thing.length > 2 && !noun.some((word) => NOT_THINGS.has(word) || PERSON.test(word) || word.length < 3)
      ? [thing]
      : []
  })
}

const set = (list: string): ReadonlySet<string> => new Set(list.split(' '))

const PLACES = set(
  'lighthouse harbour harbor kitchen station theatre theater church school hospital office street alley bridge forest ' +
    'beach island cabin farm barn hotel motel restaurant cafe bakery bar pub garage attic cellar basement garden park ' +
    'library museum market shop factory warehouse studio laboratory lab ship boat submarine spaceship train airport tunnel ' +
    'castle tower village city desert mountain valley river lake cemetery courtroom prison classroom apartment house rooftop',
)

const NOT_NAMES = set(
  'january february march april may june july august september october november december monday tuesday wednesday ' +
    'thursday friday saturday sunday english french german spanish json fountain markdown scene scenes act int ext day ' +
    'night fade cut cont title format genre tone setting characters character logline beats beat outline script screenplay ' +
    'write return answer use give keep make the this that these those and but for not one two three each every must may only ' +
    'never always goal task tasks plan team start deadline budget usd html pdf xml api drama comedy thriller',
)

const NOT_THINGS = set(
  'scene scenes character characters screenplay script logline outline beat beats story title name list array object ' +
    'schema field fields number sentence sentences word words page pages plan task tasks answer json text person people ' +
    'first second third last next other same way thing things one format short following given whole end part time day night morning evening week weeks month months year years',
)

const PERSON =
  /(?:keeper|man|woman|men|women|girl|boy|child|mother|father|sister|brother|son|daughter|friend|team|crew|family|designer|developer|writer|doctor|teacher|detective|engineer|stranger|widow|captain|thief|singer|actor|director|producer)s?$/

const SMALL = set(
  'a an the and or but of in on at to for with from by who whom whose which that as is are was were be been has have had ' +
    'will would can could must may should before after while when where until into onto over under about against between ' +
    'than then so if not no it its they them he she his her their every each all both without within through during named called',
)

const ADJECTIVE =
  /(?:ous|ful|ive|able|ible|less|ish|est)$|^(?:old|young|small|big|great|little|lonely|new|lost|dead|dark|long|late|early|tiny|last|final|good|bad|best|only|very|most|own|red|blue|black|white|green|short|single|retired|elderly|broken|small-town)$/
