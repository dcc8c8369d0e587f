/**
 * How a language writes its scene headings. `INT. KITCHEN - NIGHT` is `INT. CUISINE - NUIT` in French and
 * `EST. STRADA - GIORNO` outside in Italian.
 */
export interface HeadingConvention {
  readonly prefixes: { readonly INT: string; readonly EXT: string; readonly 'INT/EXT': string }
  readonly times: Readonly<Record<TimeOfDay, string>>
}

/** The convention of the language that a text names first, by its English name, its own or its code; else English. */
export function findHeadingConvention(language = 'English'): HeadingConvention {
  const words = normalizeWord(language).split(/[^A-Z]+/)
  const code = /^([A-Z]{2})(?:[-_]|$)/.exec(normalizeWord(language))?.[1]
  const named = words.flatMap((word) => LANGUAGES.find((one) => one.names.includes(word) || one.code === code) ?? [])
  return named[0] ?? ENGLISH
}

/**
 * The English for a time of day in another language, at the end of a text: `TARD DANS LA NUIT` is NIGHT, and the
 * `MIDI ROOM` of an English script is no NOON. Undefined: none is there.
 */
export function toEnglishTime(text: string): string | undefined {
  const word = normalizeWord(text.slice(-LONGEST_TIME))
  return ENGLISH_TIMES.get(word) ?? ENGLISH_TIMES.get(TIME_AT_END.exec(word)?.[1] ?? '')
}

/** The English for a text that is one time of day of another language and no more. */
export function translateTime(text: string): string | undefined {
  return text.length > LONGEST_TIME ? undefined : ENGLISH_TIMES.get(normalizeWord(text))
}

/** Characters. */
const LONGEST_TIME = 80

/** Whether a time of day is Italian: `EST.` before it is outside, and no establishing shot. */
export function isItalianTime(time: string): boolean {
  return ITALIAN_TIMES.includes(normalizeWord(time))
}

/** Whether a line begins with the word for inside or outside of a language that Fountain does not know, and its dot. */
export function hasHeadingPrefix(line: string): boolean {
  return FOREIGN_PREFIX.test(line)
}

/** Reads the words for inside and outside of such a heading; undefined: it has none. */
export function readForeignPrefix(
  line: string,
): { readonly prefix: 'INT' | 'EXT' | 'INT/EXT'; readonly place: string } | undefined {
  const [, first = '', second, place = ''] = FOREIGN_PREFIX.exec(line) ?? []
  const prefix = FOREIGN_PREFIXES.get(first.toUpperCase())
  if (prefix === undefined) return undefined
  const other = second === undefined ? prefix : FOREIGN_PREFIXES.get(second.toUpperCase())
  return { prefix: other === prefix ? prefix : 'INT/EXT', place }
}

const TIMES_OF_DAY = ['DAY', 'NIGHT', 'MORNING', 'AFTERNOON', 'EVENING', 'DAWN', 'DUSK', 'LATER', 'CONTINUOUS'] as const
type TimeOfDay = (typeof TIMES_OF_DAY)[number]

const INT_EXT = { INT: 'INT.', EXT: 'EXT.', 'INT/EXT': 'INT./EXT.' }

const ENGLISH = {
  names: ['ENGLISH'],
  code: 'EN',
  prefixes: INT_EXT,
  times: parseTimes(TIMES_OF_DAY.join('|')),
  others: {},
}

const ITALIAN = {
  names: ['ITALIAN', 'ITALIANO'],
  code: 'IT',
  prefixes: { INT: 'INT.', EXT: 'EST.', 'INT/EXT': 'INT./EST.' },
  times: parseTimes('GIORNO|NOTTE|MATTINA|POMERIGGIO|SERA|ALBA|TRAMONTO|PIÙ TARDI|CONTINUO'),
  others: { MATTINO: 'MORNING', CREPUSCOLO: 'DUSK', MEZZOGIORNO: 'NOON', MEZZANOTTE: 'MIDNIGHT' },
}

/** Languages whose headings are written too. German has INNEN and AUSSEN as well, but every program reads INT. and EXT. */
const LANGUAGES = [
  ENGLISH,
  {
    names: ['FRENCH', 'FRANCAIS'],
    code: 'FR',
    prefixes: INT_EXT,
    times: parseTimes('JOUR|NUIT|MATIN|APRÈS-MIDI|SOIR|AUBE|CRÉPUSCULE|PLUS TARD|CONTINU'),
    others: { MIDI: 'NOON', MINUIT: 'MIDNIGHT', SOIREE: 'EVENING', CONTINUE: 'CONTINUOUS' },
  },
  {
    names: ['GERMAN', 'DEUTSCH'],
    code: 'DE',
    prefixes: INT_EXT,
    times: parseTimes('TAG|NACHT|MORGEN|NACHMITTAG|ABEND|MORGENGRAUEN|ABENDDÄMMERUNG|SPÄTER|FORTLAUFEND'),
    others: { DÄMMERUNG: 'DUSK', MITTAG: 'NOON', MITTERNACHT: 'MIDNIGHT', VORMITTAG: 'MORNING' },
  },
  {
    names: ['SPANISH', 'ESPANOL', 'CASTELLANO'],
    code: 'ES',
    prefixes: INT_EXT,
    times: parseTimes('DÍA|NOCHE|MAÑANA|TARDE|ATARDECER|AMANECER|ANOCHECER|MÁS TARDE|CONTINUO'),
    others: { MADRUGADA: 'DAWN', MEDIODÍA: 'NOON', MEDIANOCHE: 'MIDNIGHT', CONTINÚA: 'CONTINUOUS' },
  },
  ITALIAN,
  {
    names: ['PORTUGUESE', 'PORTUGUES'],
    code: 'PT',
    prefixes: INT_EXT,
    times: parseTimes('DIA|NOITE|MANHÃ|TARDE|ENTARDECER|AMANHECER|CREPÚSCULO|MAIS TARDE|CONTÍNUO'),
    others: { ANOITECER: 'DUSK', 'MEIO-DIA': 'NOON', 'MEIA-NOITE': 'MIDNIGHT', CONTINUAÇÃO: 'CONTINUOUS' },
  },
]

/** Words for inside and outside, as they stand before the dot. German keeps the letter ß among capitals. */
const FOREIGN_WORDS = {
  INT: 'INNEN ИНТ ІНТ WN WNĘTRZE İÇ BELSŐ SIS BINNEN ΕΣΩΤ ΕΣ 内景 內景',
  EXT: 'AUSSEN AUßEN AUẞEN НАТ ЭКСТ ЕКСТ PLENER PL DIŞ KÜLSŐ ULK BUITEN ΕΞΩΤ ΕΞ 外景',
} as const

const FOREIGN_PREFIXES: ReadonlyMap<string, 'INT' | 'EXT'> = new Map(
  (['INT', 'EXT'] as const).flatMap((prefix) =>
    FOREIGN_WORDS[prefix].split(' ').map((word) => [word.toUpperCase(), prefix] as const),
  ),
)

const PREFIX_WORDS = Object.values(FOREIGN_WORDS).join(' ').replaceAll(' ', '|')
const FOREIGN_PREFIX = new RegExp(`^(${PREFIX_WORDS})(?:\\.?\\s?/\\s?(${PREFIX_WORDS}))?\\. *(\\S.*)$`, 's')

/**
 * Times of day of languages whose headings are read and not written: Russian, Ukrainian, Polish, Czech, Turkish,
 * Finnish, Swedish, Danish, Norwegian, Dutch, Hungarian, Greek, Japanese, Chinese, Korean.
 */
const TIMES_THAT_ARE_READ: Readonly<Record<string, string>> = {
  DAY: 'ДЕНЬ|ДНЕМ|DZIEŃ|DEN|GÜN|GÜNDÜZ|PÄIVÄ|DAG|NAPPAL|ΗΜΕΡΑ|ΜΕΡΑ|昼|日|白天|낮',
  NIGHT: 'НОЧЬ|НОЧЬЮ|НІЧ|NOC|GECE|YÖ|NATT|NAT|NACHT|ÉJJEL|ÉJSZAKA|ΝΥΧΤΑ|夜|夜晚|밤',
  MORNING: 'УТРО|УТРОМ|РАНОК|RANO|RÁNO|PORANEK|SABAH|AAMU|MORGON|MORGEN|OCHTEND|REGGEL|ΠΡΩΙ|朝|早晨|清晨|晨|아침',
  AFTERNOON: 'ПОПОЛУДНИ|POPOŁUDNIE|ODPOLEDNE|ÖĞLEDEN SONRA|ILTAPÄIVÄ|EFTERMIDDAG|ETTERMIDDAG|MIDDAG|DÉLUTÁN|下午|오후',
  EVENING: 'ВЕЧЕР|ВЕЧЕРОМ|ВЕЧІР|WIECZÓR|VEČER|AKŞAM|ILTA|KVÄLL|KVELD|AFTEN|AVOND|ESTE|ΒΡΑΔΥ|夕方|傍晚|저녁',
  DAWN: 'РАССВЕТ|СВІТАНОК|ŚWIT|ÚSVIT|ŞAFAK|AAMUNKOITTO|GRYNING|DAGGRY|DAGERAAD|HAJNAL|夜明け|黎明|새벽',
  DUSK: 'СУМЕРКИ|ЗАКАТ|СУТІНКИ|ZMIERZCH|SOUMRAK|ALACAKARANLIK|HÄMÄRÄ|SKYMNING|SKUMRING|SCHEMERING|ALKONY|黄昏|黃昏|夕暮れ',
  NOON: 'ПОЛДЕНЬ|ПОЛУДЕНЬ|POŁUDNIE|POLEDNE|ÖĞLE|KESKIPÄIVÄ|正午|中午',
  MIDNIGHT: 'ПОЛНОЧЬ|ПІВНІЧ|PÓŁNOC|PŮLNOC|GECE YARISI|KESKIYÖ|MIDNATT|MIDDERNACHT|ÉJFÉL|真夜中|午夜',
  LATER: 'ПОЗЖЕ|ПІЗНІШЕ|PÓŹNIEJ|POZDĚJI|DAHA SONRA|MYÖHEMMIN|SENARE|SENERE|KÉSŐBB|その後|稍后|稍後',
  CONTINUOUS: 'НЕПРЕРЫВНО|CIĄG DALSZY|DEVAM|JATKUU|FORTSÄTTNING|FORTSAT|VERVOLG|FOLYTATÁS|続き|连续|連續',
}

function parseTimes(words: string): HeadingConvention['times'] {
  const [
    DAY = '',
    NIGHT = '',
    MORNING = '',
    AFTERNOON = '',
    EVENING = '',
    DAWN = '',
    DUSK = '',
    LATER = '',
    rest = '',
  ] = words.split('|')
  return { DAY, NIGHT, MORNING, AFTERNOON, EVENING, DAWN, DUSK, LATER, CONTINUOUS: rest }
}

/** The word in capitals and without accents, which many writers leave out of capitals. */
function normalizeWord(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase().trim()
}

const OTHER_TIMES = Object.entries(TIMES_THAT_ARE_READ).flatMap(([time, words]) =>
  words.split('|').map((word) => [normalizeWord(word), time] as const),
)

const FOREIGN = LANGUAGES.filter((language) => language !== ENGLISH)

const ENGLISH_TIMES: ReadonlyMap<string, string> = new Map([
  ...OTHER_TIMES,
  ...FOREIGN.flatMap(({ times, others }) => [
    ...TIMES_OF_DAY.map((time) => [normalizeWord(times[time]), time] as const),
    ...Object.entries(others).map(([word, time]) => [normalizeWord(word), time] as const),
  ]),
])

const ITALIAN_TIMES = [...Object.values(ITALIAN.times), ...Object.keys(ITALIAN.others)].map(normalizeWord)

/** The longest first, so that MÁS TARDE is not read as TARDE. */
const TIME_AT_END = new RegExp(
  `(?<![\\p{L}\\d])(${[...ENGLISH_TIMES.keys()].toSorted((a, b) => b.length - a.length).join('|')})$`,
  'u',
)
