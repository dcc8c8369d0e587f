import { type Hold, project, reduce, sum } from './hold.ts'
import { exactHold } from './hold-exact.ts'

/** Members who are looked at together, and what they cost in waiting whatever the order. */
export interface Group {
  readonly members: readonly number[]
  readonly cost: number
}

/** Scenes in a group's problem while groups are sought, and once they are found. */
const SEEKING = 9
const FOUND = 18

/**
 * Parts the cast into groups and solves each exactly, as if the others were not there: their costs add up to a bound,
 * because each member waits in one group only. Two members never need to wait for each other, so groups begin with the
 * three that must, and grow by whoever adds most.
 */
export function groups(hold: Hold): readonly Group[] {
  const left = new Set(hold.rates.keys())
  const found: Group[] = []
  while (left.size >= 3) {
    let best: Group = { members: [], cost: 0 }
    for (const members of triples([...left])) {
      const cost = costOf(hold, members, SEEKING)
      if (cost > best.cost) best = { members, cost }
    }
    if (best.cost === 0) break
    for (let grown = true; grown; ) {
      grown = false
      const from = best
      for (const member of left) {
        if (from.members.includes(member) || from.members.length >= 8) continue
        const members = [...from.members, member]
        const cost = costOf(hold, members, SEEKING)
        if (cost <= best.cost) continue
        best = { members, cost }
        grown = true
      }
    }
    for (const member of best.members) left.delete(member)
    found.push({ members: best.members, cost: costOf(hold, best.members, FOUND) })
  }
  return found
}

/** Exact where the group's scenes are few enough; else without its lightest scenes, which can only make it cheaper. */
function costOf(hold: Hold, members: readonly number[], most: number): number {
  const small = reduce(project(hold, members)).hold
  if (small.days.length <= most) return exactHold(small).cost
  const weight = (scene: number): number => {
    const here = sum((small.casts[scene] ?? []).map((member) => small.rates[member] ?? 0))
    return (small.days[scene] ?? 0) * Math.min(here, sum(small.rates) - here)
  }
  const heavy = [...small.days.keys()].toSorted((a, b) => weight(b) - weight(a) || a - b).slice(0, most)
  const days = heavy.map((scene) => small.days[scene] ?? 0)
  return exactHold(reduce({ ...small, days, casts: heavy.map((scene) => small.casts[scene] ?? []) }).hold).cost
}

/** Of many members only those that could cost most: all triples of sixteen are 560. */
function* triples(members: readonly number[]): Generator<readonly [number, number, number]> {
  const few = members.slice(0, 16)
  for (const [at, a] of few.entries()) {
    for (const [then, b] of few.slice(at + 1).entries()) {
      for (const c of few.slice(at + 1 + then + 1)) yield [a, b, c]
    }
  }
}

/** The greatest sum of group bounds; never above the cost of any order. */
export function rootBound(found: readonly Group[]): number {
  return sum(found.map(({ cost }) => cost))
}

const OPEN_AT_MOST = 5

/**
 * What members who have begun and are not through must still cost: the best order of their leaving, over those that are
 * looked at (five at most, the dearest). Whoever leaves first is through with all their scenes, each shot while the
 * others wait or work; scenes without any of them are shot when they are gone. The function that comes back is given the
 * members and the scenes still to be shot; it uses its own scratch lists again and again, for it is called a million times.
 */
export function leaving({ days, casts, rates }: Hold): (open: readonly number[], scenes: readonly number[]) => number {
  const most = 2 ** OPEN_AT_MOST
  const bit = new Uint8Array(rates.length)
  const length = new Float64Array(most)
  const rate = new Float64Array(most)
  const least = new Float64Array(most)
  const patterns = new Uint8Array(most)
  const whenLeaving = new Float64Array(OPEN_AT_MOST)
  return (open, scenes) => {
    if (open.length < 2) return 0
    const few = open.length <= OPEN_AT_MOST ? open : dearest(open, rates)
    const full = 2 ** few.length - 1
    length.fill(0)
    for (let at = 0; at < few.length; at++) bit[few[at] ?? 0] = 1 << at
    for (const scene of scenes) {
      let pattern = 0
      for (const member of casts[scene] ?? []) pattern |= bit[member] ?? 0
      length[pattern] = (length[pattern] ?? 0) + (days[scene] ?? 0)
    }
    for (const member of few) bit[member] = 0
    let count = 0
    for (let mask = 1; mask <= full; mask++) {
      rate[mask] = (rate[mask & (mask - 1)] ?? 0) + (rates[few[31 - Math.clz32(mask & -mask)] ?? 0] ?? 0)
      if ((length[mask] ?? 0) > 0) patterns[count++] = mask
    }
    for (let present = 1; present <= full; present++) {
      whenLeaving.fill(0)
      for (let at = 0; at < count; at++) {
        const pattern = patterns[at] ?? 0
        if (pattern & ~present) continue
        const cost = (length[pattern] ?? 0) * (rate[present ^ pattern] ?? 0)
        for (let who = 0; who < few.length; who++) {
          if (pattern & (1 << who)) whenLeaving[who] = (whenLeaving[who] ?? 0) + cost
        }
      }
      let best = Number.POSITIVE_INFINITY
      for (let who = 0; who < few.length; who++) {
        if (present & (1 << who)) best = Math.min(best, (whenLeaving[who] ?? 0) + (least[present ^ (1 << who)] ?? 0))
      }
      least[present] = best
    }
    return least[full] ?? 0
  }
}

function dearest(open: readonly number[], rates: readonly number[]): readonly number[] {
  return open.toSorted((a, b) => (rates[b] ?? 0) - (rates[a] ?? 0) || a - b).slice(0, OPEN_AT_MOST)
}
