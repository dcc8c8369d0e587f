/** A schedule for a small team, its critical path, and the cheapest order for a shoot: `node examples/planning.mjs`. */
import { criticalPath, orderShoot, schedule } from 'showrunner/planning'

const tasks = [
  { id: 'write', hours: 16, depends_on: [], needs: { writer: 1 } },
  { id: 'scout', hours: 8, depends_on: [], needs: { director: 1 } },
  { id: 'cast', hours: 12, depends_on: ['write'], needs: { director: 1 } },
  { id: 'shoot', hours: 20, depends_on: ['cast', 'scout'], needs: { director: 1 } },
]
console.log(`without limits on people: ${criticalPath(tasks).path.join(' -> ')}`)

const { starts, makespan, optimal } = schedule({ tasks, capacity: { writer: 1, director: 1 } })
console.log(`with one writer and one director: ${makespan} hours${optimal ? ', proved shortest' : ''}`)
for (const [id, hour] of Object.entries(starts)) console.log(`  ${id} starts at hour ${hour}`)

const {
  order,
  cost,
  optimal: cheapest,
} = orderShoot({
  scenes: [
    { id: '1', days: 1, cast: ['Ann', 'Bo'] },
    { id: '2', days: 2, cast: ['Bo'] },
    { id: '3', days: 1, cast: ['Ann'] },
  ],
  dayRates: { Ann: 900, Bo: 400 },
})
console.log(`shoot in the order ${order.join(', ')}: the cast costs $${cost}${cheapest ? ', proved cheapest' : ''}`)
