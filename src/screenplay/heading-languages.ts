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
 * The English for a time of day in one of the languages, at the end of a text: `TARD DANS LA NUIT` is NIGHT, and the
 * `MIDI ROOM` of an English script is no NOON. Undefined: none is there.
 */
export function toEnglishTime(text: string): string | undefined {
  return ENGLISH_TIMES.get(TIME_AT_END.exec(normalizeWord(text))?.[1] ?? '')
}

/** Is a text one time of day and no more, in any of the languages? */
export function isTimeOfDay(text: string): boolean {
  return ENGLISH_TIMES.has(normalizeWord(text)) || TIMES_OF_DAY.some((time) => time === normalizeWord(text))
}

/** Is it a time of day in Italian? `EST.` before it is outside, and no establishing shot. */
export function isItalianTime(time: string): boolean {
  return ITALIAN_TIMES.includes(normalizeWord(time))
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

/** German writes INNEN and AUSSEN as well; INT. and EXT. are what every program reads. */
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

/** In capitals and without accents, which many keyboards leave out there. */
function normalizeWord(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase().trim()
}

const FOREIGN = LANGUAGES.filter((language) => language !== ENGLISH)

const ENGLISH_TIMES: ReadonlyMap<string, string> = new Map(
  FOREIGN.flatMap(({ times, others }) => [
    ...TIMES_OF_DAY.map((time) => [normalizeWord(times[time]), time] as const),
    ...Object.entries(others).map(([word, time]) => [normalizeWord(word), time] as const),
  ]),
)

const ITALIAN_TIMES = [...Object.values(ITALIAN.times), ...Object.keys(ITALIAN.others)].map(normalizeWord)

/** The longest first, so that MÁS TARDE is not read as TARDE. */
const TIME_AT_END = new RegExp(
  `(?<![\\p{L}\\d])(${[...ENGLISH_TIMES.keys()].toSorted((a, b) => b.length - a.length).join('|')})$`,
  'u',
)
