import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkFixes, criticalPath, describeFix, findCycle, repairGraph } from '../../../src/planning/index.ts'
import { uncheckedTasks } from '../arbitrary-tasks.ts'

const graph = (edges: Readonly<Record<string, string>>) =>
  Object.entries(edges).map(([id, list]) => ({ id, depends_on: list.split(' ').filter(Boolean) }))
const edgesOf = (tasks: readonly { id: string; depends_on: readonly string[] }[]) =>
  Object.fromEntries(tasks.map(({ id, depends_on }) => [id, depends_on.join(' ')]))

describe('repairGraph', () => {
  test.each([
    {
      what: 'keeps a valid graph',
      edges: { a: '', b: 'a', c: 'a b' },
      kept: { a: '', b: 'a', c: 'a b' },
      messages: [],
    },
    { what: 'keeps a dependency on a later task', edges: { a: 'b', b: '' }, kept: { a: 'b', b: '' }, messages: [] },
    {
      what: 'drops a dependency of a task on itself',
      edges: { a: 'a' },
      kept: { a: '' },
      messages: ['a depended on itself; that dependency was dropped.'],
    },
    {
      what: 'drops an unknown dependency',
      edges: { a: 'x' },
      kept: { a: '' },
      messages: ['a depended on "x", which is not a task; that dependency was dropped.'],
    },
    {
      what: 'drops a repeated dependency',
      edges: { a: '', b: 'a a' },
      kept: { a: '', b: 'a' },
      messages: ['b named its dependency on a more than once; one was kept.'],
    },
    {
      what: 'drops one dependency of a cycle of two',
      edges: { a: 'b', b: 'a' },
      kept: { a: '', b: 'a' },
      messages: [
        'Tasks waited for each other in a cycle (a -> b -> a); the dependency of a on b was dropped, because b is listed later.',
      ],
    },
    {
      what: 'drops the dependency of a cycle of four that reaches furthest down the list',
      edges: { a: 'b', b: 'd', c: 'a', d: 'c' },
      kept: { a: 'b', b: '', c: 'a', d: 'c' },
      messages: [
        'Tasks waited for each other in a cycle (a -> b -> d -> c -> a); the dependency of b on d was dropped, because d is listed later.',
      ],
    },
  ])('$what', ({ edges, kept, messages }) => {
    const fixed = repairGraph(graph(edges))
    expect(edgesOf(fixed.tasks)).toEqual(kept)
    expect(fixed.fixes.map(describeFix)).toEqual(messages)
  })

  test('returns no cycle and reports every dropped dependency, for any tasks', () => {
    fc.assert(
      fc.property(uncheckedTasks, (wild) => {
        const { tasks, fixes } = repairGraph(wild)
        expect(findCycle(tasks)).toBeUndefined()
        expect(checkFixes(wild, tasks, fixes)).toEqual([])
        for (const fix of fixes) {
          if (fix.kind !== 'cycle') continue
          expect(fix.cycle[0]).toBe(fix.cycle.at(-1))
          for (const [at, id] of fix.cycle.slice(0, -1).entries()) {
            expect(wild.find((task) => task.id === id)?.depends_on).toContain(fix.cycle[at + 1])
          }
        }
        expect(repairGraph(tasks).fixes).toEqual([])
      }),
    )
  })

  test('two tasks with one id are refused, because a dependency on it is ambiguous', () => {
    expect(() => repairGraph([...graph({ a: '' }), ...graph({ a: '' })])).toThrow('Two tasks have the id "a"')
  })

  test('a cycle through 10,000 tasks is found without exhausting the stack', () => {
    const chain = Array.from({ length: 10_000 }, (_, at) => ({ id: `t${at}`, depends_on: [`t${(at + 1) % 10_000}`] }))
    expect(findCycle(chain)).toHaveLength(10_001)
    expect(repairGraph(chain).fixes).toHaveLength(1)
  })
})

describe('criticalPath refuses invalid tasks', () => {
  test.each([
    [[{ id: 'a', hours: 1, depends_on: ['x'] }], 'a depends on "x", which is not a task: use repairGraph'],
    [[{ id: 'a', hours: 1, depends_on: ['a'] }], 'The tasks wait for each other: a -> a: use repairGraph'],
    [[{ id: 'a', hours: -1, depends_on: [] }], 'a takes -1 hours: give a number >= 0'],
    [[{ id: 'a', hours: Number.NaN, depends_on: [] }], 'a takes NaN hours'],
    [[{ id: 'a', hours: Number.POSITIVE_INFINITY, depends_on: [] }], 'a takes Infinity hours'],
  ])('%j', (tasks, message) => {
    expect(() => criticalPath(tasks)).toThrow(message)
  })
})
