import { chance } from './chance.ts'
import { type Linked, SECONDS_PER_HOUR } from './graph.ts'
import { type Problem, serial } from './serial.ts'

/** A schedule, the order in which its tasks start, and its length in seconds. */
export interface Levelled {
  readonly starts: readonly number[]
  readonly order: readonly number[]
  readonly length: number
}

/** How many of the schedules made are drawn at random before any are crossed, and how many are bred from. */
const DRAWN = 0.3
const PARENTS = 40
const SWAPPED = 0.05

/**
 * The shortest schedule of some hundreds: one by urgency, then random ones biased towards it, then crossings of the
 * better ones (two-point crossover of orders, some neighbours swapped). Each is improved by a backward and a forward pass.
 * Stops at `least`, below which no schedule can be.
 *
 * Methods: regret-based biased random sampling and crossing of activity lists, Hartmann, "A competitive genetic
 * algorithm for resource-constrained project scheduling" (1998); justification, Valls, Ballestin and Quintanilla (2005).
 */
export function shortest(
  problem: Problem,
  { tails, least, effort, seed }: { tails: readonly number[]; least: number; effort: number; seed: number },
): Levelled {
  const random = chance(seed)
  const build = builder(problem, least)
  const rank = ranks(problem.order)
  // The tail of a task is its latest finish, counted back from the end: a long one means that it must finish early. What
  // depends on a task has a shorter tail, or the same one and a later rank, so this order keeps the dependencies.
  const byUrgency = problem.order.toSorted(
    (a, b) => (tails[b] ?? 0) - (tails[a] ?? 0) || (rank[a] ?? 0) - (rank[b] ?? 0),
  )
  const parents = [build(byUrgency)]
  const best = (): Levelled | undefined => parents[0]
  const keep = (one: Levelled): void => {
    if (parents.some((other) => other.length === one.length && sameOrder(other.order, one.order))) return
    const at = parents.findIndex((other) => one.length < other.length)
    parents.splice(at < 0 ? parents.length : at, 0, one)
    if (parents.length > PARENTS) parents.pop()
  }
  for (let made = 0; made < effort && (best()?.length ?? 0) > least; made++) {
    const drawn = made < effort * DRAWN || parents.length < 2
    keep(build(drawn ? sample(problem, tails, random) : cross(problem, parents, random)))
  }
  return best() ?? build(byUrgency)
}

/** A schedule from an order of the tasks, pushed to the right, then to the left again. */
function builder(problem: Problem, least: number): (order: readonly number[]) => Levelled {
  const { seconds } = problem
  const forward = serial(problem)
  const backward = serial({ ...problem, predecessors: problem.successors, successors: problem.predecessors })
  const rank = ranks(problem.order)
  const levelled = (starts: readonly number[]): Levelled => ({
    starts,
    order: problem.order.toSorted((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0) || (rank[a] ?? 0) - (rank[b] ?? 0)),
    length: lengthOf(seconds, starts),
  })
  return (order) => {
    const first = forward(order)
    const length = lengthOf(seconds, first)
    if (length === least) return levelled(first)
    const finish = (task: number): number => (first[task] ?? 0) + (seconds[task] ?? 0)
    const toTheRight = backward(order.toSorted((a, b) => finish(b) - finish(a) || (rank[b] ?? 0) - (rank[a] ?? 0)))
    const start = (task: number): number => -(toTheRight[task] ?? 0) - (seconds[task] ?? 0)
    const second = levelled(forward(order.toSorted((a, b) => start(a) - start(b) || (rank[a] ?? 0) - (rank[b] ?? 0))))
    return second.length <= length ? second : levelled(first)
  }
}

function lengthOf(seconds: readonly number[], starts: readonly number[]): number {
  return starts.reduce((end, start, task) => Math.max(end, start + (seconds[task] ?? 0)), 0)
}

function ranks(order: readonly number[]): readonly number[] {
  const rank = new Array<number>(order.length).fill(0)
  for (const [place, task] of order.entries()) rank[task] = place
  return rank
}

function sameOrder(a: readonly number[], b: readonly number[]): boolean {
  return a.every((task, at) => task === b[at])
}

/** A random order in which tasks come after what they depend on; of those that could be next, the urgent are likelier. */
function sample({ predecessors, successors }: Linked, urgency: readonly number[], random: () => number): number[] {
  const waiting = predecessors.map((list) => list.length)
  const open = waiting.flatMap((count, task) => (count === 0 ? [task] : []))
  const order: number[] = []
  while (open.length > 0) {
    const lowest = open.reduce((low, task) => Math.min(low, urgency[task] ?? 0), Number.POSITIVE_INFINITY)
    const weight = (at: number): number => ((urgency[open[at] ?? 0] ?? 0) - lowest) / SECONDS_PER_HOUR + 1
    let ticket = random() * open.reduce((sum, _, at) => sum + weight(at), 0)
    let drawn = 0
    while (drawn < open.length - 1 && ticket >= weight(drawn)) ticket -= weight(drawn++)
    const [task = 0] = open.splice(drawn, 1)
    order.push(task)
    for (const after of successors[task] ?? []) {
      waiting[after] = (waiting[after] ?? 0) - 1
      if (waiting[after] === 0) open.push(after)
    }
  }
  return order
}

/** The beginning and the end of one order with the middle of another; of two drawn each time, the shorter one is taken. */
function cross({ predecessors }: Problem, parents: readonly Levelled[], random: () => number): readonly number[] {
  const pick = (): readonly number[] => {
    const at = Math.min(Math.floor(random() * parents.length), Math.floor(random() * parents.length))
    return parents[at]?.order ?? []
  }
  const [mother, father] = [pick(), pick()]
  const cuts = [Math.floor(random() * mother.length), Math.floor(random() * mother.length)]
  const [from, to] = [Math.min(...cuts), Math.max(...cuts)]
  const placed = new Uint8Array(mother.length)
  const child: number[] = []
  const take = (order: readonly number[], until: number): void => {
    for (let at = 0; at < order.length && child.length < until; at++) {
      const task = order[at] ?? 0
      if (placed[task]) continue
      placed[task] = 1
      child.push(task)
    }
  }
  take(mother, from)
  take(father, to)
  take(mother, mother.length)
  for (let at = 1; at < child.length; at++) {
    const [before = 0, task = 0] = [child[at - 1], child[at]]
    if (random() >= SWAPPED || predecessors[task]?.includes(before)) continue
    child[at - 1] = task
    child[at] = before
  }
  return child
}
