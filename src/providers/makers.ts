import { vendorRank } from './vendors.ts'

/**
 * Orders `provider/model` names so that of one model's providers the maker comes first: the provider that resellers name
 * in the middle of theirs (`openrouter/openai/gpt-5`), then the better known vendor, else the given order.
 */
export function orderByMaker(names: readonly string[]): readonly string[] {
  const makers = new Set(
    names.flatMap((name) => {
      const parts = name.split('/')
      return parts.length > 2 ? [`${parts.at(-2)}/${parts.at(-1)}`] : []
    }),
  )
  const ranks = new Map<string, number>()
  const rankOf = (provider: string): number => {
    const rank = ranks.get(provider) ?? Math.min(vendorRank(provider), 1_000)
    ranks.set(provider, rank)
    return rank
  }
  return names
    .map((name) => ({ name, rank: (makers.has(name) ? 0 : 1_001) + rankOf(name.slice(0, name.indexOf('/'))) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ name }) => name)
}
