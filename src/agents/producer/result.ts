import { toMermaid } from '../../planning/index.ts'
import { costUsd } from '../shared/ask-model.ts'
import { budgetFinding } from '../shared/budget-finding.ts'
import type { Job } from '../shared/jobs.ts'
import type { PlanDocument, PlanTask } from './document.ts'
import type { PlanResult } from './input.ts'
import { nextSteps } from './living.ts'
import { clip } from './text.ts'

/** The maximum length of a result as JSON. The resource has the whole plan. */
const MOST_CHARACTERS = 34_000

/** The result for a plan in any state. `also` is added to `next`. */
export function resultOf(
  id: string,
  { job, document }: { readonly job: Job; readonly document: PlanDocument },
  also?: string,
): PlanResult {
  const { plan, goal, spent } = document
  const next = [nextOf(id, job), also, plan && nextSteps(plan)].filter(Boolean).join(' ')
  return bounded({
    plan_id: id,
    status: job.status,
    goal: clip(goal, 2000),
    tasks: (plan?.tasks ?? []).map(shown),
    milestones: (plan?.milestones ?? []).map((one) => ({ ...one, depends_on: [...one.depends_on] })),
    critical_path: [...(plan?.critical_path ?? [])],
    makespan_hours: plan?.makespan_hours ?? null,
    risks: [...(plan?.risks ?? [])],
    findings: [...(job.warnings ?? []).map(budgetFinding), ...(plan?.findings ?? [])],
    gantt: plan ? toMermaid(plan) : '',
    resource: `plan://${id}`,
    cost_usd: costUsd(spent),
    calls: spent.calls,
    models: spent.models,
    ...(next !== '' && { next }),
  })
}

function shown(whole: PlanTask): PlanResult['tasks'][number] {
  const { optimistic_hours, likely_hours, pessimistic_hours, ...rest } = whole
  const { deliverable: _, free_slack_hours: __, drag_hours: ___, ...task } = rest
  const points = `${optimistic_hours}, ${likely_hours} or ${pessimistic_hours} hours`
  return { ...task, estimate_basis: `${points}: ${task.estimate_basis}`, depends_on: [...task.depends_on] }
}

function nextOf(id: string, { status, message = '' }: Job): string {
  switch (status) {
    case 'complete':
      return ''
    case 'running':
      return `It goes on by itself: call plan_tasks with plan_id "${id}" to wait for it.`
    case 'stopped':
      return `It stopped: ${message} Call plan_tasks with plan_id "${id}" to go on from what is saved; if it was the cost, with a higher max_cost_usd.`
    case 'failed':
      return `It failed: ${message} Call plan_tasks with plan_id "${id}" to try again from what is saved, with another model if need be.`
  }
}

/** The ways to shorten a result, tried in this order until it fits. */
const SHORTER: readonly ((result: PlanResult) => PlanResult)[] = [
  (result) => texts(result, 240),
  (result) => texts(result, 100),
  (result) => ({ ...texts(result, 40), goal: clip(result.goal, 300), findings: result.findings.slice(0, 20) }),
  (result) => ({ ...result, gantt: '' }),
  (result) => ({ ...result, tasks: result.tasks.slice(0, 50) }),
]

function bounded(whole: PlanResult): PlanResult {
  let result = whole
  for (const shorten of SHORTER) {
    if (JSON.stringify(result).length <= MOST_CHARACTERS) return result
    const said = whole.next === undefined ? '' : `${whole.next} `
    result = {
      ...shorten(result),
      next: `${said}This is shortened; ${whole.resource} has all ${whole.tasks.length} tasks in full.`,
    }
  }
  return result
}

function texts(result: PlanResult, most: number): PlanResult {
  return {
    ...result,
    tasks: result.tasks.map((task) => ({
      ...task,
      description: clip(task.description, most),
      acceptance: clip(task.acceptance, most),
      estimate_basis: clip(task.estimate_basis, most),
    })),
    risks: result.risks.map((one) => ({ ...one, mitigation: clip(one.mitigation, most) })),
  }
}
