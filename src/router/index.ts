import type { Generate } from '../contract/generate.ts'
import type { Ledger } from '../contract/ledger.ts'
import type { Limit, Slate } from '../contract/limit.ts'
import type { Candidate, Roster, RoutingPolicy } from '../contract/roster.ts'
import { later } from '../contract/stream.ts'
import type { World } from '../contract/world.ts'
import { book } from './book.ts'
import { defaults } from './defaults.ts'
import { type Choice, fallback } from './fallback.ts'
import { guard } from './guard.ts'
import { createLimits } from './limits/index.ts'
import { PLAIN_TEXT } from './needs.ts'
import { createPace } from './pace.ts'
import { retry } from './retry.ts'
import { type Bearings, meaning, route } from './route.ts'
import { abortable, abortOf } from './signals.ts'
import { sound } from './sound.ts'
import { ordered } from './strategy.ts'
import { structured } from './structured.ts'
import { timeouts } from './timeouts.ts'
import { firstTurn, type Step } from './turn.ts'
import { nameOf } from './words.ts'

/** Picks a model, asks it, goes elsewhere when it fails, and keeps every limit and the books. */
export interface Router {
  /**
   * Answers a request by any name of a model. Throws `GenerateError` only: the failure of the one candidate there was,
   * or `exhausted` with those of all; `cancelled` as soon as the call's signal is aborted.
   */
  readonly generate: Generate
  /** Could a model be asked just now? `cooling_down`: it rests after failures. `busy`: a limit is used up. */
  status(provider: string, model: string): Promise<ModelStatus>
  /** Every configured limit, and every rest that is under way, with when it lets the next call through: ms since the epoch. */
  limits(): Promise<readonly LimitState[]>
  /** What a name means now: who would be asked for plain text, in order. Throws `GenerateError` where it means nobody. */
  resolve(name: string, signal: AbortSignal): Promise<readonly Candidate[]>
}

type ModelStatus = 'ready' | 'cooling_down' | 'busy'

interface LimitState {
  readonly name: string
  /** Now, or in the past, where a call would be let through at once. */
  readonly freeAt: number
}

export function createRouter(deps: {
  readonly world: World
  readonly roster: Roster
  readonly policy: RoutingPolicy
  /** Opened at the first call that costs. */
  readonly ledger: () => Promise<Pick<Ledger, 'hold'>>
  /** Opened at the first call. Absent: limits and rests are this process's own. */
  readonly slate?: () => Promise<Slate>
}): Router {
  const { world, roster, policy } = deps
  const limits = createLimits(policy, deps.slate && { slate: deps.slate, world })
  const pace = createPace()

  async function status(provider: string, model: string): Promise<ModelStatus> {
    const now = world.now()
    const rests = limits.rests(provider, model)
    for (const limit of limits.of(provider, model)) {
      if ((await limit.freeAt(now)) > now) return rests.includes(limit) ? 'cooling_down' : 'busy'
    }
    return 'ready'
  }

  const bearings: Bearings = {
    roster,
    policy,
    async order(list) {
      const states = await Promise.all(list.map(({ provider, facts }) => status(provider.id, facts.id)))
      const busy = new Set(list.filter((_, i) => states[i] !== 'ready').map(nameOf))
      return ordered(policy.strategy, list, {
        paceMs: (model) => pace.of(model, world.now()),
        busy: (model) => busy.has(model),
        random: world.random,
      })
    },
  }

  /** From the top: its tries, its limits, its money, its clock, its wire. */
  function choice(candidate: Candidate): Choice {
    const { provider, facts } = candidate
    const name = nameOf(candidate)
    const layers = [
      defaults(facts),
      retry(world, policy),
      guard(world, limits.of(provider.id, facts.id), name, policy.patienceMs),
      book(world, deps.ledger, candidate),
      timeouts(world, policy.timeouts, name),
      sound(world, name),
    ]
    const step = layers.reduceRight<Step>((next, layer) => layer(next), provider.generate)
    const rests = limits.rests(provider.id, facts.id)
    const restsUntil = async (now: number): Promise<number> =>
      Math.max(...(await Promise.all(rests.map((rest) => rest.freeAt(now)))))
    return { candidate, step, restsUntil }
  }

  const routed: Step = (request, turn) =>
    later(async () => {
      const { candidates, failed } = await abortable(route(bearings, request, turn.signal), turn.signal)
      return fallback(world, policy, candidates.map(choice), failed)(request, turn)
    })
  const answered = structured(routed)

  return {
    status,
    async limits() {
      const now = world.now()
      const stateOf = async (limit: Pick<Limit, 'name' | 'freeAt'>): Promise<LimitState> => ({
        name: limit.name,
        freeAt: await limit.freeAt(now),
      })
      const rules = await Promise.all(limits.rules.map(stateOf))
      const rests = await Promise.all(limits.met().map(stateOf))
      return [...rules, ...rests.filter(({ freeAt }) => freeAt > now)]
    },
    async resolve(name, signal) {
      const { candidates, failed } = await meaning(bearings, name, { needs: PLAIN_TEXT, ownFallbacks: false }, signal)
      if (candidates.length === 0 && failed[0]) throw failed[0].error
      return candidates
    },
    generate: (request, call) =>
      later(async () => {
        if (call.signal.aborted) throw abortOf(call.signal)
        const turn = firstTurn(call, world.now(), policy.timeouts.totalMs, policy.attemptsInAll)
        return answered(request, {
          ...turn,
          onAttempt(attempt) {
            pace.saw(attempt)
            call.onAttempt?.(attempt)
          },
        })
      }),
  }
}
