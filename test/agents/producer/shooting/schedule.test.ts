import { describe, expect, test } from 'vitest'
import type { KeptPlan } from '../../../../src/agents/producer/document.ts'
import type { PublishedScript } from '../../../../src/agents/shared/published-script.ts'
import type { GenerateRequest } from '../../../../src/contract/generate.ts'
import { checkPlan } from '../../../../src/planning/index.ts'
import { breakdown, fromFdx, parseFountain } from '../../../../src/screenplay/index.ts'
import {
  estimatesAnswer,
  findingMessages,
  outlookAnswer,
  scopeAnswer,
  setUpProducer,
  shootingAnswer,
  TASKS,
  task,
  taskIds,
} from '../answers.ts'

describe('a plan of a screenplay', () => {
  const scene = (heading: string, sentences: number, speaker: string, done = true) => ({
    heading,
    summary: 'Something is seen.',
    characters: [speaker],
    pages: 2,
    fountain: done
      ? `${heading}\n\n${'A long and quiet look at the sea. '.repeat(sentences).trim()}\n\n${speaker}\nNow.`
      : undefined,
  })
  const written = [
    scene('INT. LIGHTHOUSE - NIGHT', 120, 'ANNA'),
    scene('EXT. BEACH - DAY', 60, 'TOM'),
    scene('INT. LIGHTHOUSE - DAY', 200, 'ANNA'),
    scene('INT. KITCHEN - DAY', 150, 'TOM'),
  ]
  const keep = async (scripts: Map<string, PublishedScript>, scenes: readonly ReturnType<typeof scene>[]) => {
    const script = parseFountain(scenes.flatMap(({ fountain }) => fountain ?? []).join('\n\n'))
    const complete = scenes.every(({ fountain }) => fountain !== undefined)
    scripts.set('s1', { title: 'The Keeper', logline: 'A light goes out.', script, complete, scenes })
    return script
  }
  const elements = (request: GenerateRequest): string => {
    const { elements: asked } = Object(request.json?.schema)['properties']
    return JSON.stringify({
      elements: Object.fromEntries(
        Object.keys(asked.properties).map((key) => [
          key,
          [
            { category: 'Props', item: 'a brass key' },
            { category: 'Props', item: 'A brass key' },
            { category: 'Wardrobe', item: ' ' },
          ],
        ]),
      ),
    })
  }
  const plannedAs = (
    tasks: readonly ReturnType<typeof task>[],
    ...before: string[]
  ): Parameters<typeof setUpProducer>[0] => [
    scopeAnswer(),
    shootingAnswer(tasks, ...before),
    estimatesAnswer(tasks),
    outlookAnswer,
    elements,
  ]
  const planOf = async (producer: ReturnType<typeof setUpProducer>['producer']): Promise<KeptPlan> =>
    JSON.parse((await producer.export('id2', 'json')) ?? 'null')

  /** Recomputed from the days and the rates alone, by counting calendar squares. */
  const recomputed = ({ shooting }: KeptPlan, rates: Readonly<Record<string, number>>) => {
    const last = shooting?.days.at(-1)?.day ?? 0
    const squares = Array.from(
      { length: last },
      (_, at) => shooting?.days.find(({ day }) => day === at + 1)?.cast ?? [],
    )
    let [cost, hold_cost] = [0, 0]
    for (const member of new Set(squares.flat())) {
      for (const [day, cast] of squares.entries()) {
        const before = squares.slice(0, day + 1).some((one) => one.includes(member))
        const after = squares.slice(day).some((one) => one.includes(member))
        if (!before || !after) continue
        cost += rates[member] ?? 0
        if (!cast.includes(member)) hold_cost += rates[member] ?? 0
      }
    }
    return { cost, hold_cost }
  }

  test('every scene once, sets together, nights apart, as long as the pages take', async () => {
    const last = task('t5', 'Show the film', 'Producer', 2, 't4')
    const tasks = [...TASKS.slice(0, 3), task('t4', 'Cut the film', 'Editor', 30, 'shoot-02'), last]
    const { scripts, upstream, producer, plan } = setUpProducer(plannedAs(tasks, 't2', 't3'))
    const script = await keep(scripts, written)
    const result = await plan({ script_id: 's1', model: 'fake/m', constraints: { team: [{ role: 'Crew', count: 3 }] } })
    expect(result).toMatchObject({ status: 'complete', calls: 5 })
    const asked = JSON.stringify(upstream.requests[1]?.messages)
    expect(asked).toContain('The screenplay has 4 scenes on')
    expect(asked).toContain('shoot-01: Shoot')
    const whole = await planOf(producer)
    const { shooting } = whole
    const scenes = breakdown(script)
    expect(shooting?.days.flatMap(({ strips }) => strips.map((strip) => strip.scene)).toSorted()).toEqual(
      scenes.map(({ scene }) => String(scene)),
    )
    expect(shooting?.days.reduce((sum, { eighths }) => sum + eighths, 0)).toBe(
      scenes.reduce((sum, { eighths }) => sum + eighths, 0),
    )
    for (const day of shooting?.days ?? []) {
      expect(day.eighths).toBeLessThanOrEqual(40)
      const its = scenes.filter(({ scene }) => day.strips.some((strip) => strip.scene === String(scene)))
      expect(new Set(its.flatMap(({ cast }) => cast))).toEqual(new Set(day.cast))
      expect(its.every(({ time }) => (time === 'NIGHT') === (day.light === 'night'))).toBe(true)
    }
    const shots = whole.tasks.filter(({ id }) => id.startsWith('shoot'))
    expect(shots.map(({ depends_on }) => depends_on)).toEqual([
      ['t02-find-the-places', 't03-cast-the-parts'],
      ...shots.slice(0, -1).map(({ id }) => [id]),
    ])
    expect(whole.tasks.find(({ title }) => title === 'Cut the film')?.depends_on).toEqual([shots.at(-1)?.id])
    expect(checkPlan(whole)).toEqual([])
    expect(result.goal).toContain('"The Keeper"')
  })

  test('the other elements of a scene come from the model, once each, and are marked as suggested', async () => {
    const { scripts, producer, plan } = setUpProducer(plannedAs(TASKS))
    await keep(scripts, written)
    await plan({ script_id: 's1', model: 'fake/m' })
    const { shooting } = await planOf(producer)
    expect(shooting?.elements).toEqual(
      [1, 2, 3, 4].map((scene) => ({ scene, category: 'Props', item: 'A brass key', suggested: true })),
    )
    const sheets = (await producer.export('id2', 'breakdown')) ?? ''
    expect(sheets).toContain('- Props (suggested): A brass key')
    expect(sheets).toContain('- Cast Members: ANNA')
  })

  test('the order is the cheapest for the cast at the given rates, with a finding for its savings', async () => {
    const zigzag = ['ANNA', 'TOM', 'ANNA', 'TOM', 'ANNA'].map((name, at) => scene(`INT. ROOM ${at} - DAY`, 220, name))
    const { scripts, producer, plan } = setUpProducer(plannedAs(TASKS))
    await keep(scripts, zigzag)
    const rates = { Anna: 800, tom: 500, Crew: 400 }
    const result = await plan({
      script_id: 's1',
      model: 'fake/m',
      constraints: { day_rates: rates, pages_per_day: 4 },
    })
    const whole = await planOf(producer)
    const order = whole.shooting?.order
    expect(order).toMatchObject({ unit: 'usd', ...recomputed(whole, { ANNA: 800, TOM: 500 }) })
    expect(order?.script_order_cost).toBeGreaterThan(order?.cost ?? 0)
    const saved = (order?.script_order_cost ?? 0) - (order?.cost ?? 0)
    const percent = Math.round((saved / (order?.script_order_cost ?? 1)) * 1000) / 10
    expect(findingMessages(result).join('\n')).toContain(
      `saves $${saved.toFixed(2)} (${percent} %) against script order (`,
    )
  })

  test('savings are in cast-days without rates; with some rates, the finding lists the uncounted cast', async () => {
    const { scripts, plan } = setUpProducer([...plannedAs(TASKS)])
    await keep(scripts, written)
    const plain = findingMessages(await plan({ script_id: 's1', model: 'fake/m' })).join('\n')
    expect(plain).toMatch(/The cast costs \d+ cast-days?/)
    const some = await plan({ plan_id: 'id2', constraints: { day_rates: { ANNA: 100 } } })
    expect(some.calls).toBe(5)
    expect(findingMessages(some).join('\n')).toContain('counts nothing for TOM')
  })

  test('after a night there is a free day before the next morning, or all nights come last', async () => {
    const { scripts, producer, plan } = setUpProducer(plannedAs(TASKS))
    await keep(
      scripts,
      ['NIGHT', 'DAY', 'CONTINUOUS', 'NIGHT', 'LATER', 'DAY'].map((time, at) =>
        scene(`INT. ROOM ${at} - ${time}`, 220, at % 2 ? 'TOM' : 'ANNA'),
      ),
    )
    await plan({ script_id: 's1', model: 'fake/m', constraints: { pages_per_day: 3 } })
    const days = (await planOf(producer)).shooting?.days ?? []
    const nights = days.filter(({ light }) => light === 'night')
    expect(nights.flatMap(({ strips }) => strips.map(({ scene }) => scene)).toSorted()).toEqual(['1', '4', '5'])
    for (const [at, day] of days.entries()) {
      const before = days[at - 1]
      if (before?.light === 'night' && day.light === 'day') expect(day.day - before.day).toBeGreaterThan(1)
    }
    const shots = (await planOf(producer)).tasks.filter(({ id }) => id.startsWith('shoot'))
    expect(shots).toHaveLength(days.at(-1)?.day ?? 0)
  })

  test('a long scene takes several days; fewer pages a day make more days, and dependents wait for the last', async () => {
    const tasks = [...TASKS.slice(0, 3), task('t4', 'Cut the film', 'Editor', 30, 'shoot-01')]
    const { scripts, producer, plan } = setUpProducer(
      plannedAs([...tasks, task('t5', 'Show', 'Producer', 2, 't4')], 't1'),
    )
    await keep(scripts, [scene('INT. LIGHTHOUSE - DAY', 300, 'ANNA'), scene('INT. KITCHEN - DAY', 150, 'TOM')])
    await plan({ script_id: 's1', model: 'fake/m', constraints: { pages_per_day: 20 } })
    const cut = async () => (await planOf(producer)).tasks.find(({ title }) => title === 'Cut the film')?.depends_on
    expect(await cut()).toEqual(['shoot-01'])
    const slow = await plan({ plan_id: 'id2', constraints: { pages_per_day: 2 } })
    expect(slow.calls).toBe(5)
    const { shooting, tasks: after } = await planOf(producer)
    expect(shooting?.days.flatMap(({ strips }) => strips.map(({ scene, part }) => [scene, part?.at]))).toEqual([
      ['1', 1],
      ['1', 2],
      ['2', undefined],
    ])
    expect(after.filter(({ id }) => id.startsWith('shoot')).map(({ estimate_hours }) => estimate_hours)).toEqual([
      8, 8, 8,
    ])
    expect(await producer.export('id2', 'oneliner')).toMatch(/\| 1 [^|]*2[^|]*2[^|]*\| INT \| LIGHTHOUSE \| D \|/)
    expect(await cut()).toEqual(['shoot-03'])
  })

  test('call sheets are drafts with placeholders for unknown facts', async () => {
    const { scripts, producer, plan } = setUpProducer(plannedAs(TASKS))
    await keep(scripts, written)
    await plan({ script_id: 's1', model: 'fake/m', constraints: { start_date: '2026-03-02' } })
    const sheets = (await producer.export('id2', 'callsheets')) ?? ''
    const { shooting, tasks } = await planOf(producer)
    for (const day of shooting?.days ?? []) {
      expect(sheets).toContain(`## Day ${day.day} of`)
      expect(sheets).toContain(tasks.find(({ id }) => id === day.task)?.start.slice(0, 10))
    }
    expect(sheets.match(/\[CALL TIME\]/g)).toHaveLength(shooting?.days.length ?? 0)
    const dates = new Set(sheets.match(/\d{4}-\d\d-\d\d/g))
    expect([...dates].every((date) => tasks.some(({ start }) => start.startsWith(date)))).toBe(true)
    expect(sheets).not.toMatch(/\d\d:\d\d|°|@/)
    expect(await producer.export('id2', 'oneliner')).toContain('| 1 | INT | LIGHTHOUSE | N |')
    expect(await producer.export('id2', 'dood')).toMatch(/\| \d\. ANNA \|.* SW/)
    expect(await producer.export('id2', 'stripboard')).toContain('LIGHTHOUSE')
  })

  test('the Final Draft file has tags for the cast and for suggestions that the scene names', async () => {
    const props = (request: GenerateRequest): string => elements(request).replaceAll('a brass key', 'a Quiet Look')
    const { scripts, producer, plan } = setUpProducer([...plannedAs(TASKS).slice(0, -1), props])
    const script = await keep(scripts, written)
    await plan({ script_id: 's1', model: 'fake/m' })
    const fdx = (await producer.export('id2', 'fdx')) ?? ''
    expect(fdx.match(/<TagDefinition [^>]*Label="(?:ANNA|TOM)"/g)).toHaveLength(2)
    expect(fdx).toContain('<TagCategory Color="#94AA11150000" Id="05c556eb-6bc1-4a3a-b09f-f8b5ba1b6afa" Name="Props"')
    const read = fromFdx(fdx)
    expect(read.elements.map(({ type }) => type)).toEqual(script.elements.map(({ type }) => type))
    expect(breakdown(read).map(({ tagged }) => tagged['Cast Members'])).toEqual(
      breakdown(script).map(({ cast }) => (cast.length > 0 ? cast : undefined)),
    )
  })

  test('a plan without a screenplay has no shooting papers', async () => {
    const { producer, plan } = setUpProducer([
      scopeAnswer(),
      shootingAnswer(TASKS),
      estimatesAnswer(TASKS),
      outlookAnswer,
    ])
    await plan({ goal: 'A short film', model: 'fake/m' })
    for (const format of ['oneliner', 'dood', 'stripboard', 'breakdown', 'callsheets', 'fdx'])
      expect(await producer.export('id2', format)).toBeUndefined()
  })

  test('a failed breakdown is reported, and the plan is complete', async () => {
    const { scripts, plan } = setUpProducer([
      scopeAnswer(),
      shootingAnswer(TASKS),
      estimatesAnswer(TASKS),
      outlookAnswer,
      'No.',
      'No!',
    ])
    await keep(scripts, written)
    const result = await plan({ script_id: 's1', model: 'fake/m' })
    expect(result).toMatchObject({ status: 'complete', calls: 6 })
    expect(findingMessages(result)[0]).toContain('no usable breakdown of scenes 1, 2, 3, 4')
  })

  test('an outline can be planned before it is written; shooting tasks of the model are not repeated', async () => {
    const { plan, scripts, document } = setUpProducer(plannedAs([...TASKS, task('shoot-01', 'Roll', 'Crew', 5, 't2')]))
    await keep(scripts, [scene('INT. LIGHTHOUSE - NIGHT', 0, 'ANNA', false)])
    const result = await plan({ script_id: 's1', model: 'fake/m' })
    expect(result.tasks.find(({ id }) => id === 'shoot-01')).toMatchObject({
      title: 'Shoot LIGHTHOUSE (night)',
      role: 'Crew',
      estimate_hours: 8,
      depends_on: ['t02-find-the-places'],
    })
    expect(result.tasks).toHaveLength(6)
    expect(checkPlan(await document('id2'))).toEqual([])
  })

  test('the days of shooting keep their ids in a revision', async () => {
    const { plan, scripts } = setUpProducer([
      ...plannedAs(TASKS),
      shootingAnswer(TASKS),
      estimatesAnswer(TASKS),
      outlookAnswer,
    ])
    await keep(scripts, written)
    const first = await plan({ script_id: 's1', model: 'fake/m' })
    const again = await plan({ plan_id: 'id2', notes: 'Faster.' })
    expect(taskIds(again).filter((id) => id.startsWith('shoot'))).toEqual(
      taskIds(first).filter((id) => id.startsWith('shoot')),
    )
  })

  test('a script without scenes must be continued first', async () => {
    const { plan, scripts } = setUpProducer([])
    await keep(scripts, [])
    await expect(plan({ script_id: 's1' })).rejects.toThrow('call develop_script with script_id "s1"')
  })
})
