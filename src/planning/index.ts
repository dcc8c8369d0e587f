export { type Calendar, type CalendarTerms, workingCalendar } from './calendar.ts'
export { checkPlan, checkRepairs, type Violation } from './check.ts'
export { checkShooting } from './check-shooting.ts'
export { criticalPath, type PathResult, type TaskTimes } from './critical-path.ts'
export { castNumbers, type DayMark, type DayOutOfDaysRow, dayOutOfDays } from './day-out-of-days.ts'
export { toDot } from './dot.ts'
export { toCsv, toJson, toMarkdown, toMermaid } from './exports.ts'
export { type Forecast, forecast, type ThreePoint, threePoint } from './forecast.ts'
export { toHtml } from './gantt-html.ts'
export { describeRepair, findCycle, type GraphTask, type Repair, repairGraph } from './graph.ts'
export { toIcs } from './ics.ts'
export { toMspdi } from './mspdi.ts'
export type { Finding, Milestone, Plan, PlanTask, Risk, TeamMember } from './plan.ts'
export { type Schedule, type ScheduleTask, schedule } from './schedule.ts'
export { orderShoot, type ShootOrder, type ShootScene } from './shoot-order.ts'
export {
  type Light,
  lightOf,
  type ShootingCost,
  type ShootingDay,
  type ShootingSchedule,
  type ShootingTerms,
  type Strip,
  type StripScene,
  shootingSchedule,
} from './shooting.ts'
export {
  type BoardTitle,
  pages,
  type StripColour,
  savingOf,
  stripColour,
  toOneLiner,
  toStripBoard,
} from './strip-board.ts'
export { type TaskDraft, type Timetable, timetable } from './timetable.ts'
export { toInstant, toLocal } from './zone.ts'
