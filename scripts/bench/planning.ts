import { criticalPath, orderShoot, schedule, shootingSchedule } from '../../src/planning/index.ts'
import { hasPsplib, psplibInstances } from '../../test/planning/schedule/psplib.ts'
import { hasTalentData, talentInstances } from '../../test/planning/shooting/order/talent-instances.ts'
import { featureScenes } from '../../test/planning/shooting/scenes.ts'

/**
 * Measures what the docs claim of the planning library: the distance to the known optima of PSPLIB j30, the published
 * instances of talent scheduling, and the time of plans of every size. A Markdown table; rows whose data is missing say so.
 */
export async function planningBench(): Promise<string> {
  const rows = [
    ...(hasPsplib ? psplibRows() : [skippedRow('PSPLIB j30')]),
    ...(hasTalentData ? talentRows() : [skippedRow('talent scheduling')]),
    ...sizeRows(),
  ]
  return [
    '| planning | result | time |',
    '| --- | ---: | ---: |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
  ].join('\n')
}

type Row = readonly [what: string, result: string, time: string]

function skippedRow(what: string): Row {
  return [what, 'skipped: the data are not there', '']
}

function psplibRows(): readonly Row[] {
  const runs = psplibInstances().map(({ project, optimum }) => {
    const { value, ms } = measureBest(() => schedule(project))
    return { gap: value.makespan / optimum - 1, ms }
  })
  const mean = (100 * runs.reduce((sum, { gap }) => sum + gap, 0)) / runs.length
  const exact = runs.filter(({ gap }) => gap === 0).length
  const times = runs.map(({ ms }) => ms).toSorted((a, b) => a - b)
  const [median, worst] = [times[Math.floor(times.length / 2)] ?? 0, times.at(-1) ?? 0]
  return [
    [
      `PSPLIB j30, ${runs.length} projects: mean gap to the optimum (${exact} reached)`,
      `${mean.toFixed(2)} %`,
      `${median.toFixed(0)} ms median, ${worst.toFixed(0)} ms worst`,
    ],
  ]
}

function talentRows(): readonly Row[] {
  return talentInstances().map(({ name, ...shoot }) => {
    const { value, ms } = measureBest(() => orderShoot(shoot))
    const script = orderCost(shoot)
    return [
      `shooting order, ${name}: ${shoot.scenes.length} scenes`,
      `${value.cost} (${value.holdCost} for waiting), ${value.optimal ? 'proved optimal' : `at least ${value.lowerBound}`}; script order ${script}`,
      `${ms.toFixed(0)} ms`,
    ]
  })
}

function sizeRows(): readonly Row[] {
  const scenes = featureScenes(120)
  const shoot = { scenes: scenes.map(({ id, eighths, cast }) => ({ id, days: eighths / 40, cast })) }
  const order = measureBest(() => orderShoot(shoot))
  const board = measureBest(() => shootingSchedule(scenes))
  const [some, many] = [sampleProject(120), sampleProject(10_000)]
  const few = measureBest(() => schedule(some))
  const all = measureBest(() => schedule(many))
  return [
    [
      'shooting order, a feature of 120 scenes',
      `${order.value.cost.toFixed(1)} cast-days, at least ${order.value.lowerBound.toFixed(1)}; script order ${orderCost(shoot)}`,
      `${order.ms.toFixed(0)} ms`,
    ],
    [
      'shooting schedule of the same',
      `${board.value.shootingDays} days, ${board.value.castCost} cast-days, ${board.value.moves} moves; script order ${board.value.scriptOrder.shootingDays}, ${board.value.scriptOrder.castCost}, ${board.value.scriptOrder.moves}`,
      `${board.ms.toFixed(0)} ms`,
    ],
    ['schedule of 120 tasks, 4 roles', formatGap(few.value), `${few.ms.toFixed(0)} ms`],
    ['schedule of 10,000 tasks, 4 roles', formatGap(all.value), `${all.ms.toFixed(0)} ms`],
    ...[1_000, 10_000, 100_000].map(criticalPathRow),
  ]
}

/**
 * How the critical path grows: a task's share stays within a few times of itself, the rest being the processor's caches,
 * which hold 1,000 tasks and not 100,000. Each size is run for a million tasks in all, so that none meets colder code.
 */
function criticalPathRow(count: number): Row {
  const { tasks } = sampleProject(count)
  const links = tasks.reduce((sum, { depends_on }) => sum + depends_on.length, 0)
  const { value, ms } = measureBest(() => criticalPath(tasks), 1_000_000 / count)
  return [
    `critical path of ${count.toLocaleString('en-US')} tasks, ${links.toLocaleString('en-US')} dependencies`,
    `${value.makespan} h through ${value.path.length} tasks`,
    `${ms.toFixed(ms < 10 ? 1 : 0)} ms, ${((1000 * ms) / count).toFixed(2)} µs a task`,
  ]
}

function formatGap({ makespan, lowerBound }: ReturnType<typeof schedule>): string {
  return `${makespan} h, at least ${lowerBound} h`
}

/** The cost of the cast in the order of the list: each is paid from the first of their scenes to the last. */
function orderCost({
  scenes,
  dayRates,
}: {
  readonly scenes: readonly { readonly days: number; readonly cast: readonly string[] }[]
  readonly dayRates?: Readonly<Record<string, number>>
}): string {
  const members = new Set(scenes.flatMap(({ cast }) => cast))
  const paid = [...members].map((member) => {
    const isIn = scenes.map(({ cast }) => cast.includes(member))
    const days = scenes
      .slice(isIn.indexOf(true), isIn.lastIndexOf(true) + 1)
      .reduce((sum, scene) => sum + scene.days, 0)
    return days * (dayRates?.[member] ?? 1)
  })
  return String(Math.round(paid.reduce((sum, cost) => sum + cost, 0) * 10) / 10)
}

/** Tasks of 1 to 9 hours, each waiting for one of the 40 before it and for one half as far down the list. */
function sampleProject(count: number) {
  return {
    tasks: Array.from({ length: count }, (_, at) => ({
      id: `t${at}`,
      hours: (at % 9) + 1,
      depends_on: at < 40 ? [] : [`t${at - 1 - ((at * 7) % 40)}`, `t${Math.floor(at / 2)}`],
      needs: { [`role${at % 4}`]: 1 },
    })),
    capacity: { role0: 2, role1: 1, role2: 3, role3: 1 },
  }
}

/** The fastest of a few runs, because other programs run too; a run that takes a second is not repeated. */
function measureBest<T>(act: () => T, runs = 3): { readonly value: T; readonly ms: number } {
  let ms = Number.POSITIVE_INFINITY
  for (let run = 1; ; run++) {
    const began = performance.now()
    const value = act()
    const took = performance.now() - began
    ms = Math.min(ms, took)
    if (run >= runs || took > 1000) return { value, ms }
  }
}
