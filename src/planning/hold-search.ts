import type { Hold } from './hold.ts'
import { type Group, leaving } from './hold-bound.ts'

export interface Found {
  /** An order cheaper than `below`, or undefined where none was met. */
  readonly order: readonly number[] | undefined
  /** No order costs less than this or `below`, whichever is less: the least that a set given up might have led to. */
  readonly bound: number
}

/** The sets of as many scenes each that are worth going on from. Parallel lists; `words` holds `width` numbers a set. */
interface Layer {
  readonly words: number[]
  readonly cost: number[]
  readonly scene: number[]
  readonly parent: number[]
}

/**
 * Seeks an order cheaper than `below`: dynamic programming over sets of scenes already shot, one scene more at a time.
 * A set is dropped when what it has cost and must still cost is no less than `below`; of more than `width` sets the
 * least promising are given up, and `bound` remembers what was lost. With none given up, the answer is proved.
 *
 * After Garcia de la Banda, Stuckey and Chu, "Solving talent scheduling with dynamic programming" (INFORMS J. Comput.
 * 2011), whose rule of dominance is used in a wider form: when those now on location are all in scene z, whoever else z
 * brings is in scene s too, then z may come before s, for it keeps nobody waiting and lets nobody wait longer.
 */
export function search(hold: Hold, known: readonly Group[], below: number, width: number): Found {
  const count = hold.days.length
  const size = Math.ceil(count / 32)
  const layers: Layer[] = [{ words: new Array<number>(size).fill(0), cost: [0], scene: [-1], parent: [-1] }]
  const still = leaving(hold)
  const slack = 1e-9 * Math.max(1, below)
  let bound = Number.POSITIVE_INFINITY
  for (let depth = 0; depth < count; depth++) {
    const from = layers[depth]
    if (from === undefined || from.cost.length === 0) break
    const grown = grow(hold, from, below - slack)
    const hopes = estimates(hold, known, still, grown)
    let kept = [...hopes.keys()].filter((state) => (hopes[state] ?? 0) < below - slack)
    if (kept.length > width) {
      kept.sort((a, b) => (hopes[a] ?? 0) - (hopes[b] ?? 0) || a - b)
      bound = Math.min(bound, hopes[kept[width] ?? 0] ?? 0)
      kept = kept.slice(0, width)
    }
    layers.push({
      words: kept.flatMap((state) => grown.words.slice(state * size, (state + 1) * size)),
      cost: kept.map((state) => grown.cost[state] ?? 0),
      scene: kept.map((state) => grown.scene[state] ?? 0),
      parent: kept.map((state) => grown.parent[state] ?? 0),
    })
  }
  const end = layers[count]
  return { order: end && end.cost.length > 0 ? trace(layers) : undefined, bound }
}

function trace(layers: readonly Layer[]): readonly number[] {
  const order: number[] = []
  let state = 0
  for (let depth = layers.length - 1; depth > 0; depth--) {
    order.push(layers[depth]?.scene[state] ?? 0)
    state = layers[depth]?.parent[state] ?? 0
  }
  return order.reverse()
}

/** Every set with one scene more than those of `from`, once, at its least cost. */
function grow(hold: Hold, from: Layer, below: number): Layer {
  const count = hold.days.length
  const size = Math.ceil(count / 32)
  const to: Layer = { words: [], cost: [], scene: [], parent: [] }
  const hashes = Array.from({ length: count }, (_, scene) => Math.imul(scene + 1, 0x9e3779b1) ^ ((scene + 1) << 7))
  const chain: number[] = []
  const heads = new Map<number, number>()
  const find = (hash: number, words: readonly number[]): number => {
    let at = heads.get(hash) ?? -1
    while (at >= 0 && words.some((word, index) => to.words[at * size + index] !== word)) at = chain[at] ?? -1
    return at
  }
  for (let state = 0; state < from.cost.length; state++) {
    const words = from.words.slice(state * size, (state + 1) * size)
    const { rest, open, hash } = look(hold, words, hashes)
    const isOpen = new Uint8Array(hold.rates.length)
    for (const member of open) isOpen[member] = 1
    const openRate = open.reduce((sum, member) => sum + (hold.rates[member] ?? 0), 0)
    for (const scene of worthShooting(hold, rest, isOpen, open.length)) {
      let waiting = openRate
      for (const member of hold.casts[scene] ?? []) if (isOpen[member]) waiting -= hold.rates[member] ?? 0
      const cost = (from.cost[state] ?? 0) + (hold.days[scene] ?? 0) * waiting
      if (cost >= below) continue
      const next = words.slice()
      next[scene >> 5] = (next[scene >> 5] ?? 0) | (1 << (scene & 31))
      const key = Math.imul(hash + (hashes[scene] ?? 0), 0x85ebca6b) | 0
      const at = find(key, next)
      if (at < 0) {
        chain.push(heads.get(key) ?? -1)
        heads.set(key, to.cost.length)
        to.words.push(...next)
        to.cost.push(cost)
        to.scene.push(scene)
        to.parent.push(state)
      } else if (cost < (to.cost[at] ?? 0)) {
        to.cost[at] = cost
        to.scene[at] = scene
        to.parent[at] = state
      }
    }
  }
  return to
}

/** What a set of scenes already shot means: which are left, and who has begun and is not through. */
function look({ casts, rates }: Hold, words: readonly number[], hashes: readonly number[]) {
  const seen = new Uint8Array(rates.length)
  const rest: number[] = []
  let hash = 0
  for (let scene = 0; scene < casts.length; scene++) {
    const shot = ((words[scene >> 5] ?? 0) >>> (scene & 31)) & 1
    if (shot) hash = (hash + (hashes[scene] ?? 0)) | 0
    else rest.push(scene)
    for (const member of casts[scene] ?? []) seen[member] = (seen[member] ?? 0) | (shot ? 1 : 2)
  }
  const open: number[] = []
  for (let member = 0; member < seen.length; member++) if (seen[member] === 3) open.push(member)
  return { rest, open, hash, seen }
}

/** The scenes that some best continuation may begin with. */
function worthShooting({ casts }: Hold, rest: readonly number[], isOpen: Uint8Array, open: number): readonly number[] {
  const brings: { readonly scene: number; readonly others: readonly number[] }[] = []
  for (const scene of rest) {
    const others = (casts[scene] ?? []).filter((member) => !isOpen[member])
    const keepsNobodyWaiting = (casts[scene] ?? []).length - others.length === open
    if (keepsNobodyWaiting) {
      if (others.length === 0) return [scene]
      brings.push({ scene, others })
    }
  }
  if (brings.length === 0) return rest
  return rest.filter((scene) => {
    const cast = casts[scene] ?? []
    return !brings.some((one) => one.scene !== scene && one.others.every((member) => cast.includes(member)))
  })
}

/** For each set: what it has cost, and what it must still cost. */
function estimates(
  hold: Hold,
  known: readonly Group[],
  still: ReturnType<typeof leaving>,
  states: Layer,
): Float64Array {
  const size = Math.ceil(hold.days.length / 32)
  const none = hold.days.map(() => 0)
  return Float64Array.from(states.cost, (cost, state) => {
    const { rest, open, seen } = look(hold, states.words.slice(state * size, (state + 1) * size), none)
    let sum = cost + still(open, rest)
    for (const group of known) if (group.members.every((member) => seen[member] === 2)) sum += group.cost
    return sum
  })
}
