/**
 * How a language writes its scene headings. `INT. KITCHEN - NIGHT` is `INT. CUISINE - NUIT` in French and
 * `EST. STRADA - GIORNO` outside in Italian.
 */
export interface Convention {
  readonly prefixes: { readonly INT: string; readonly EXT: string; readonly 'INT/EXT': string }
  readonly times: Readonly<Record<TimeOfDay, string>>
}

/** The convention of the language that a text names first, by its English name, its own or its code; else English. */
export function conventionOf(language = 'English'): Convention {
  const words = bare(language).split(/[^A-Z]+/)
  const code = /^([A-Z]{2})(?:[-_]|$)/.exec(bare(language))?.[1]
  const named = words.flatMap((word) => LANGUAGES.find((one) => one.names.includes(word) || one.code === code) ?? [])
  return named[0] ?? ENGLISH
}

/**
 * The English for a time of day in one of the languages, at the end of a text: `TARD DANS LA NUIT` is NIGHT, and the
 * `MIDI ROOM` of an English script is no NOON. Undefined: none is there.
 */
export function inEnglish(text: string): string | undefined {
  return ENGLISH_OF.get(AT_THE_END.exec(bare(text))?.[1] ?? '')
}

/** Is a text one time of day and no more, in any of the languages? */
export function isTimeWord(text: string): boolean {
  return ENGLISH_OF.has(bare(text)) || ORDER.some((time) => time === bare(text))
}

/** Is it a time of day in Italian? `EST.` before it is outside, and no establishing shot. */
export function isItalian(time: string): boolean {
  return ITALIAN_TIMES.includes(bare(time))
}

const ORDER = ['DAY', 'NIGHT', 'MORNING', 'AFTERNOON', 'EVENING', 'DAWN', 'DUSK', 'LATER', 'CONTINUOUS'] as const
type TimeOfDay = (typeof ORDER)[number]

const INT_EXT = { INT: 'INT.', EXT: 'EXT.', 'INT/EXT': 'INT./EXT.' }

const ENGLISH = {
  names: ['ENGLISH'],
  code: 'EN',
  prefixes: INT_EXT,
  times: timesOf(ORDER.join('|')),
  others: {},
}

const ITALIAN = {
  names: ['ITALIAN', 'ITALIANO'],
  code: 'IT',
  prefixes: { INT: 'INT.', EXT: 'EST.', 'INT/EXT': 'INT./EST.' },
  times: timesOf('GIORNO|NOTTE|MATTINA|POMERIGGIO|SERA|ALBA|TRAMONTO|PIÙ TARDI|CONTINUO'),
  others: { MATTINO: 'MORNING', CREPUSCOLO: 'DUSK', MEZZOGIORNO: 'NOON', MEZZANOTTE: 'MIDNIGHT' },
}

/** German writes INNEN and AUSSEN as well; INT. and EXT. are what every program reads. */
const LANGUAGES = [
  ENGLISH,
  {
    names: ['FRENCH', 'FRANCAIS'],
    code: 'FR',
    prefixes: INT_EXT,
    times: timesOf('JOUR|NUIT|MATIN|APRÈS-MIDI|SOIR|AUBE|CRÉPUSCULE|PLUS TARD|CONTINU'),
    others: { MIDI: 'NOON', MINUIT: 'MIDNIGHT', SOIREE: 'EVENING', CONTINUE: 'CONTINUOUS' },
  },
  {
    names: ['GERMAN', 'DEUTSCH'],
    code: 'DE',
    prefixes: INT_EXT,
    times: timesOf('TAG|NACHT|MORGEN|NACHMITTAG|ABEND|MORGENGRAUEN|ABENDDÄMMERUNG|SPÄTER|FORTLAUFEND'),
    others: { DÄMMERUNG: 'DUSK', MITTAG: 'NOON', MITTERNACHT: 'MIDNIGHT', VORMITTAG: 'MORNING' },
  },
  {
    names: ['SPANISH', 'ESPANOL', 'CASTELLANO'],
    code: 'ES',
    prefixes: INT_EXT,
    times: timesOf('DÍA|NOCHE|MAÑANA|TARDE|ATARDECER|AMANECER|ANOCHECER|MÁS TARDE|CONTINUO'),
    others: { MADRUGADA: 'DAWN', MEDIODÍA: 'NOON', MEDIANOCHE: 'MIDNIGHT', CONTINÚA: 'CONTINUOUS' },
  },
  ITALIAN,
  {
    names: ['PORTUGUESE', 'PORTUGUES'],
    code: 'PT',
    prefixes: INT_EXT,
    times: timesOf('DIA|NOITE|MANHÃ|TARDE|ENTARDECER|AMANHECER|CREPÚSCULO|MAIS TARDE|CONTÍNUO'),
    others: { ANOITECER: 'DUSK', 'MEIO-DIA': 'NOON', 'MEIA-NOITE': 'MIDNIGHT', CONTINUAÇÃO: 'CONTINUOUS' },
  },
]

function timesOf(words: string): Convention['times'] {
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
function bare(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase().trim()
}

const FOREIGN = LANGUAGES.filter((language) => language !== ENGLISH)

const ENGLISH_OF: ReadonlyMap<string, string> = new Map(
  FOREIGN.flatMap(({ times, others }) => [
    ...ORDER.map((time) => [bare(times[time]), time] as const),
    ...Object.entries(others).map(([word, time]) => [bare(word), time] as const),
  ]),
)

const ITALIAN_TIMES = [...Object.values(ITALIAN.times), ...Object.keys(ITALIAN.others)].map(bare)

/** The longest first, so that MÁS TARDE is not read as TARDE. */
const AT_THE_END = new RegExp(
  `(?<![\\p{L}\\d])(${[...ENGLISH_OF.keys()].toSorted((a, b) => b.length - a.length).join('|')})$`,
  'u',
)
