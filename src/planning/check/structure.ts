import { findCycle } from '../graph/graph.ts'
import type { PlanCheck } from './check.ts'

const SLUG_PATTERN = /^[a-z0-9]+(-[a-z0-9]+)*$/

export const idsCheck: PlanCheck = {
  id: 'P01',
  title: 'Ids and titles',
  checks: 'Ids of tasks and milestones are unique slugs, and nothing has an empty title.',
  find({ tasks, milestones }) {
    const all = [...tasks, ...milestones]
    const seen = new Set<string>()
    const repeated = all.filter(({ id }) => seen.size === seen.add(id).size)
    return [
      ...repeated.map(({ id }) => `${id} is there more than once`),
      ...all.filter(({ id }) => !SLUG_PATTERN.test(id)).map(({ id }) => `"${id}" is not a slug`),
      ...all.filter(({ title }) => title.trim() === '').map(({ id }) => `${id} has no title`),
    ]
  },
}

export const dependenciesCheck: PlanCheck = {
  id: 'P02',
  title: 'Dependencies',
  checks: 'Every dependency is on another task of the plan, once.',
  find({ tasks, milestones }) {
    const ids = new Set(tasks.map(({ id }) => id))
    return [...tasks, ...milestones].flatMap(({ id, depends_on }) => {
      const seen = new Set<string>()
      return depends_on
        .filter((dependency) => {
          const isRepeated = seen.size === seen.add(dependency).size
          return isRepeated || !ids.has(dependency) || dependency === id
        })
        .map((dependency) => `${id} depends on ${dependency}`)
    })
  },
}

/** The last of several tasks with one id counts, because P01 reports the repetition. */
export const cyclesCheck: PlanCheck = {
  id: 'P03',
  title: 'Cycles',
  checks: 'No task waits for itself through others.',
  find({ tasks }) {
    const cycle = findCycle([...new Map(tasks.map((task) => [task.id, task])).values()])
    return cycle ? [`a cycle: ${cycle.join(' -> ')}`] : []
  },
}
