import type { Generate } from '../../contract/generate.ts'
import type { World } from '../../contract/world.ts'
import { createSpendingMeter, isOverBudget, type ModelAsker } from '../shared/ask-model.ts'
import type { JobOutcome, JobRun } from '../shared/jobs.ts'
import type { PlanCompute } from './compute.ts'
import type { PlanDocument } from './document.ts'
import { NothingNamed, STAGES } from './stages.ts'

/**
 * Runs the job: asks each due question and saves after each answer, so that a resumed run pays for no answer twice. Every
 * save computes all numbers again.
 */
export async function produce(
  planId: string,
  begin: PlanDocument,
  run: JobRun,
  { generate, world, compute }: { readonly generate: Generate; readonly world: World; readonly compute: PlanCompute },
): Promise<JobOutcome> {
  const meter = createSpendingMeter(begin.spent)
  let document = begin
  const saveAsIs = async (next: PlanDocument): Promise<void> => {
    const { calls, microUsd, unpriced, models } = meter.spent
    document = { ...next, spent: { calls, microUsd, unpriced, models: [...models] } }
    await run.save(document)
  }
  const save = async (next: PlanDocument): Promise<void> => {
    const plan = isWhole(next) ? await compute.assemble(planId, next, world.now(), run.signal) : undefined
    await saveAsIs({ ...next, ...(plan && { plan }) })
  }
  const asker: ModelAsker = {
    generate,
    model: begin.model,
    tool: 'plan_tasks',
    signal: run.signal,
    newId: () => world.id(),
    meter,
    warn: run.warn,
    ...(begin.cap_micro_usd !== undefined && { capMicroUsd: begin.cap_micro_usd }),
  }
  // First of all, because a job that was never saved is not known, and the order of shooting takes seconds.
  await saveAsIs(document)
  await save(await compute.withShooting(document, run.signal))
  try {
    for (let stage = due(document); stage; stage = due(document)) {
      run.progress({ message: stage.message(document), done: STAGES.indexOf(stage), total: STAGES.length })
      await save(await stage.next(document, asker))
    }
    return { status: 'complete' }
  } catch (error) {
    // The spending is saved even if no answer came. The save of a run that another process took over fails and is ignored.
    await saveAsIs(error instanceof NothingNamed ? error.document : document).catch(() => undefined)
    if (!isOverBudget(error)) throw error
    return { status: 'stopped', message: error.message }
  }
}

function due(document: PlanDocument): (typeof STAGES)[number] | undefined {
  return STAGES.find((stage) => stage.due(document))
}

/** True if scope, tasks and estimates of this revision are complete. The earlier plan is kept until then. */
function isWhole(document: PlanDocument): boolean {
  return STAGES.slice(0, 3).every((stage) => !stage.due(document))
}
