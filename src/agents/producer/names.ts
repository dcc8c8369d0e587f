import { clip } from './text.ts'

interface Named {
  readonly id: string
  readonly title: string
  readonly depends_on: readonly string[]
}

/**
 * Ids such as `t01-scout-the-places`: a number that no task of `used` has, and the beginning of the title. A task with an
 * id of `lasting` keeps it.
 */
export function stableIds(
  all: readonly Named[],
  { lasting, used }: { readonly lasting: readonly string[]; readonly used: readonly string[] },
  warn: (message: string) => void,
): readonly string[] {
  const numbers = [...lasting, ...used].map((id) => Number(/^t(\d+)/.exec(id)?.[1] ?? 0))
  let last = Math.max(0, ...numbers)
  const taken = new Set<string>()
  const seen = new Set<string>()
  return all.map(({ id, title }) => {
    if (seen.has(id))
      warn(
        `Two tasks had the id "${clip(id, 40)}"; "${clip(title, 80)}" got one of its own, and dependencies on it mean the first.`,
      )
    seen.add(id)
    if (lasting.includes(id) && !taken.has(id)) {
      taken.add(id)
      return id
    }
    last += 1
    return [`t${String(last).padStart(2, '0')}`, ...slug(title)].join('-')
  })
}

/** The first words in lower-case letters and digits, at most 24 characters; empty where the title has none. */
function slug(title: string): readonly string[] {
  const words =
    title
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? []
  const fitting = words.filter((_, at) => words.slice(0, at + 1).join('-').length <= 24)
  return fitting.length > 0 ? fitting : words.slice(0, 1).map((word) => word.slice(0, 24))
}

/** Dependencies by stable ids. The model may name a task by its id, in another letter case, or by its title. */
export function resolved(all: readonly Named[], ids: readonly string[]): { id: string; depends_on: string[] }[] {
  const names = new Map<string, string>()
  for (const name of [(task: Named) => task.id, (task: Named) => plain(task.id), (task: Named) => plain(task.title)]) {
    for (const [at, task] of all.entries()) {
      if (!names.has(name(task))) names.set(name(task), ids[at] ?? '')
    }
  }
  const find = (dependency: string): string =>
    names.get(dependency) ?? names.get(plain(dependency)) ?? clip(dependency, 60)
  return all.map((task, at) => ({ id: ids[at] ?? '', depends_on: task.depends_on.map(find) }))
}

function plain(text: string): string {
  return text.trim().toLowerCase()
}
