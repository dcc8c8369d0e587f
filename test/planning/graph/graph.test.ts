import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkFixes, criticalPath, describeFix, findCycle, fixDependencies } from '../../../src/planning/index.ts'
import { unrepairedTasks } from '../arbitrary-tasks.ts'

const graph = (edges: Readonly<Record<string, string>>) =>
  Object.entries(edges).map(([id, list]) => ({ id, depends_on: list.split(' ').filter(Boolean) }))
const edgesOf = (tasks: readonly { id: string; depends_on: readonly string[] }[]) =>
  Object.fromEntries(tasks.map(({ id, depends_on }) => [id, depends_on.join(' ')]))

describe('a graph is repaired, and every repair told', () => {
  test.each([
    { what: 'nothing wrong', edges: { a: '', b: 'a', c: 'a b' }, kept: { a: '', b: 'a', c: 'a b' }, told: [] },
    { what: 'a forward dependency is no fault', edges: { a: 'b', b: '' }, kept: { a: 'b', b: '' }, told: [] },
    {
      what: 'a task on itself',
      edges: { a: 'a' },
      kept: { a: '' },
      told: ['a depended on itself; that dependency was dropped.'],
    },
    {
      what: 'a stranger',
      edges: { a: 'x' },
      kept: { a: '' },
      told: ['a depended on "x", which is not a task; that dependency was dropped.'],
    },
    {
      what: 'a repetition',
      edges: { a: '', b: 'a a' },
      kept: { a: '', b: 'a' },
      told: ['b named its dependency on a more than once; one was kept.'],
    },
    {
      what: 'a cycle of two',
      edges: { a: 'b', b: 'a' },
      kept: { a: '', b: 'a' },
      told: [
        'Tasks waited for each other in a cycle (a -> b -> a); the dependency of a on b was dropped, because b is listed later.',
      ],
    },
    {
      what: 'a cycle of four: the link that reaches furthest down the list goes',
      edges: { a: 'b', b: 'd', c: 'a', d: 'c' },
      kept: { a: 'b', b: '', c: 'a', d: 'c' },
      told: [
        'Tasks waited for each other in a cycle (a -> b -> d -> c -> a); the dependency of b on d was dropped, because d is listed later.',
      ],
    },
  ])('$what', ({ edges, kept, told }) => {
    const repaired = fixDependencies(graph(edges))
    expect(edgesOf(repaired.tasks)).toEqual(kept)
    expect(repaired.fixes.map(describeFix)).toEqual(told)
  })

  test('whatever comes in, what comes out has no cycle, and no dependency is lost in silence', () => {
    fc.assert(
      fc.property(unrepairedTasks, (wild) => {
        const { tasks, fixes: repairs } = fixDependencies(wild)
        expect(findCycle(tasks)).toBeUndefined()
        expect(checkFixes(wild, tasks, repairs)).toEqual([])
        for (const repair of repairs) {
          if (repair.kind !== 'cycle') continue
          expect(repair.cycle[0]).toBe(repair.cycle.at(-1))
          for (const [at, id] of repair.cycle.slice(0, -1).entries()) {
            expect(wild.find((task) => task.id === id)?.depends_on).toContain(repair.cycle[at + 1])
          }
        }
        expect(fixDependencies(tasks).fixes).toEqual([])
      }),
    )
  })

  test('two tasks of one id are refused: nobody can say which one a dependency means', () => {
    expect(() => fixDependencies([...graph({ a: '' }), ...graph({ a: '' })])).toThrow('Two tasks have the id "a"')
  })

  test('a cycle through 10,000 tasks is found without exhausting the stack', () => {
    const chain = Array.from({ length: 10_000 }, (_, at) => ({ id: `t${at}`, depends_on: [`t${(at + 1) % 10_000}`] }))
    expect(findCycle(chain)).toHaveLength(10_001)
    expect(fixDependencies(chain).fixes).toHaveLength(1)
  })
})

describe('arithmetic refuses what repair would have mended, and says so', () => {
  test.each([
    [[{ id: 'a', hours: 1, depends_on: ['x'] }], 'a depends on "x", which is not a task: use fixDependencies'],
    [[{ id: 'a', hours: 1, depends_on: ['a'] }], 'The tasks wait for each other: a -> a: use fixDependencies'],
    [[{ id: 'a', hours: -1, depends_on: [] }], 'a takes -1 hours: give a number >= 0'],
    [[{ id: 'a', hours: Number.NaN, depends_on: [] }], 'a takes NaN hours'],
    [[{ id: 'a', hours: Number.POSITIVE_INFINITY, depends_on: [] }], 'a takes Infinity hours'],
  ])('%j', (tasks, message) => {
    expect(() => criticalPath(tasks)).toThrow(message)
  })
})
