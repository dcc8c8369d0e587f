import { editDistance } from '../lib/edit-distance.ts'
import { GenerateError } from './errors.ts'

/** The error of a name that no model has, with the nearest of `names`. */
export function unknownModelError(model: string, names: readonly string[]): GenerateError {
  const nearest = findNearestNames(model, names, 3)
  const hint = nearest.length > 0 ? `Did you mean ${nearest.join(', ')}?` : 'list_models shows the known ones.'
  return new GenerateError(
    { kind: 'unknown_model', model, nearest },
    `There is no model ${model}. ${hint} To use a model that no list has, add it to \`providers.<id>.models\` in showrunner.json.`,
  )
}

/**
 * The `n` names nearest to a wrong one, nearest first; none where nothing is near. Names are `provider/model`, and the
 * model may hold slashes: `claude-sonet-5` is compared with the end of each name, segment for segment, letter case and
 * the kind of separator aside. Among equals the maker's own comes first (the provider that others resell it from:
 * `anthropic` in `openrouter/anthropic/claude-sonnet-5`), then the one with fewer segments, then the order of `names`.
 * 5,000 names take some tens of milliseconds.
 */
export function findNearestNames(name: string, names: readonly string[], maxResults: number): readonly string[] {
  const segments = name.split('/')
  const askedPhrase = toPhrase(name)
  const askedModel = toPhrase(segments.at(-1) ?? '')
  if (askedPhrase.text.length < 2) return []
  const maxDistance = Math.max(2, Math.floor(askedPhrase.text.length / 3))
  const makers = new Set(names.flatMap((one) => one.split('/').slice(1, -1)))
  return names
    .map((candidate, order) => {
      const parts = candidate.split('/')
      const end = toPhrase(parts.slice(-segments.length).join('/'))
      const far = Math.min(
        phraseDistance(askedPhrase, end, maxDistance),
        segments.length < parts.length
          ? phraseDistance(askedPhrase, toPhrase(candidate), maxDistance)
          : Number.POSITIVE_INFINITY,
        segments.length > 1
          ? WRONG_PROVIDER_DISTANCE +
              phraseDistance(askedModel, toPhrase(parts.at(-1) ?? ''), maxDistance - WRONG_PROVIDER_DISTANCE)
          : Number.POSITIVE_INFINITY,
      )
      return { candidate, order, far, resold: makers.has(parts[0] ?? '') ? 0 : 1, length: parts.length }
    })
    .filter(({ far }) => far <= maxDistance)
    .sort((a, b) => a.far - b.far || a.resold - b.resold || a.length - b.length || a.order - b.order)
    .slice(0, maxResults)
    .map(({ candidate }) => candidate)
}

/** A wrong provider before the right model counts as three wrong letters. */
const WRONG_PROVIDER_DISTANCE = 3

interface Phrase {
  readonly text: string
  readonly words: readonly string[]
  readonly sortedText: string
}

function toPhrase(name: string): Phrase {
  const words = name
    .toLowerCase()
    .split(/[\s._:@/-]+/)
    .filter((word) => word !== '')
  return { text: words.join('-'), words, sortedText: words.toSorted().join('-') }
}

/** The least of: mistyped letters; the same words in another order; words left out. */
function phraseDistance(asked: Phrase, known: Phrase, maxDistance: number): number {
  const slips = editDistance(asked.text, known.text, maxDistance)
  const extraWords = known.words.length - asked.words.length
  if (slips <= 1 || asked.words.length === 0) return slips
  const moved =
    extraWords === 0 ? 1 + editDistance(asked.sortedText, known.sortedText, maxDistance - 1) : Number.POSITIVE_INFINITY
  const short =
    extraWords > 0 && asked.words.every((word) => known.words.includes(word))
      ? 1 + extraWords
      : Number.POSITIVE_INFINITY
  return Math.min(slips, moved, short)
}
