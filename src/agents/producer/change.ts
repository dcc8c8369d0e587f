import { GenerateError } from '../../contract/errors.ts'
import type { World } from '../../contract/world.ts'
import { toLocal, workingCalendar } from '../../planning/index.ts'
import { NO_SPENDING } from '../shared/ask-model.ts'
import type { Constraints, PlanDocument } from './document.ts'
import type { PlanInput } from './input.ts'
import type { Production } from './script.ts'

const MICRO = 1_000_000
/** Earlier versions kept. */
const HISTORY = 20
/** Ids of applied changes kept. */
const REMEMBERED = 50

/** The document of a new plan. Throws `invalid_request` where neither a goal nor a screenplay is given. */
export function begun(
  input: PlanInput,
  production: Production | undefined,
  world: Pick<World, 'now' | 'timeZone'>,
): PlanDocument {
  const goal = input.goal ?? production?.goal
  if (goal === undefined) {
    const message = 'Say what to plan: give a goal, the script_id of a screenplay, or the plan_id of an earlier plan.'
    throw new GenerateError({ kind: 'invalid_request', field: 'goal' }, message)
  }
  const constraints = constraintsOf(input, {})
  const timeZone = constraints.time_zone ?? world.timeZone?.() ?? 'UTC'
  return {
    goal,
    ...(input.script_id !== undefined && { script_id: input.script_id }),
    ...(production && { script_facts: production.facts }),
    scenes: [...(production?.scenes ?? [])],
    constraints,
    detail: input.detail ?? 'standard',
    ...(input.notes !== undefined && { notes: input.notes, last_notes: input.notes }),
    ...request(input, 'auto'),
    created_on: toLocal(new Date(world.now()).toISOString(), timeZone).slice(0, 10),
    time_zone: timeZone,
    revision: 1,
    progress: {},
    log: [],
    history: [],
    changes: [],
    spent: { ...NO_SPENDING, models: [] },
  }
}

/** True if the input asks for something that the document does not hold yet. */
export function isChange(document: PlanDocument | undefined, input: PlanInput): boolean {
  return document !== undefined && (asksTheModel(document, input) || newConstraints(document, input))
}

/**
 * The document with a change applied once. Notes hold the changes that need the model; new constraints alone only make the
 * dates be computed again. The version before the change goes to the history.
 */
export function applied(
  document: PlanDocument,
  change: { readonly id: string; readonly input: PlanInput },
): PlanDocument {
  const { input } = change
  const asked = { ...document, ...request(input, document.model) }
  if (document.changes.includes(change.id) || !isChange(document, input)) return asked
  const { plan } = document
  const notes = asksTheModel(document, input)
    ? [document.notes, differs(document.goal, input.goal) && `The goal is now: ${input.goal}`, input.notes]
    : [document.notes]
  const said = notes.filter(Boolean).join('\n')
  const { scope, proposal: _, ...kept } = asked
  const constraints = constraintsOf(input, document.constraints)
  return {
    ...kept,
    ...(constraints.time_zone !== undefined && { time_zone: constraints.time_zone }),
    // A changed goal drops the scope because its deliverables may be different.
    ...(scope && !differs(document.goal, input.goal) && { scope }),
    goal: input.goal ?? document.goal,
    detail: input.detail ?? document.detail,
    constraints,
    ...((said !== '' || asksTheModel(document, input)) && { notes: said }),
    ...(input.notes !== undefined && { last_notes: input.notes }),
    revision: plan ? plan.revision + 1 : document.revision,
    history:
      plan && plan.revision === document.revision ? [...document.history, plan].slice(-HISTORY) : document.history,
    changes: [...document.changes, change.id].slice(-REMEMBERED),
  }
}

function asksTheModel(document: PlanDocument, { goal, detail, notes }: PlanInput): boolean {
  return differs(document.last_notes, notes) || differs(document.goal, goal) || differs(document.detail, detail)
}

function newConstraints(document: PlanDocument, input: PlanInput): boolean {
  return JSON.stringify(constraintsOf(input, document.constraints)) !== JSON.stringify(document.constraints)
}

/** The earlier constraints, each field replaced where the input gives it. */
function constraintsOf({ constraints: given = {} }: PlanInput, before: Constraints): Constraints {
  const all = { ...before, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) }
  const { team, start_date, deadline, hours_per_day, budget_usd, day_rates, pages_per_day, time_zone } = all
  if (time_zone !== undefined) assertTimeZone(time_zone)
  if (start_date !== undefined) assertStartDate(start_date)
  return {
    ...(team && { team: team.map(({ role, count }) => ({ role: role.trim(), count })) }),
    ...(start_date !== undefined && { start_date }),
    ...(deadline !== undefined && { deadline }),
    ...(hours_per_day !== undefined && { hours_per_day }),
    ...(budget_usd !== undefined && { budget_usd }),
    ...(day_rates && { day_rates: { ...before.day_rates, ...day_rates } }),
    ...(pages_per_day !== undefined && { pages_per_day }),
    ...(time_zone !== undefined && { time_zone }),
  }
}

function assertTimeZone(timeZone: string): void {
  try {
    toLocal(new Date(0).toISOString(), timeZone)
  } catch {
    const message = `"${timeZone}" is not a time zone: give an IANA name such as Europe/Paris.`
    throw new GenerateError({ kind: 'invalid_request', field: 'constraints.time_zone' }, message)
  }
}

/** The hours of the longest plan there is: the most tasks of the most hours each, one after the other. */
const LONGEST_PLAN_HOURS = 100_000

function assertStartDate(startDate: string): void {
  try {
    workingCalendar({ startDate, hoursPerDay: 0.5 }).finishAt(LONGEST_PLAN_HOURS)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const message = `A plan cannot start on ${startDate}: ${error.message}.`
    throw new GenerateError({ kind: 'invalid_request', field: 'constraints.start_date' }, message)
  }
}

function request({ model, max_cost_usd }: PlanInput, otherwise: string): Pick<PlanDocument, 'model' | 'cap_micro_usd'> {
  return {
    model: model ?? otherwise,
    ...(max_cost_usd !== undefined && { cap_micro_usd: Math.round(max_cost_usd * MICRO) }),
  }
}

function differs<T>(before: T, now: T | undefined): boolean {
  return now !== undefined && now !== before
}
