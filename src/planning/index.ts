export { toInstant, toLocal } from './calendar/time-zone.ts'
export { type Calendar, type CalendarOptions, workingCalendar } from './calendar/working-calendar.ts'
export { checkFixes, checkPlan, type Violation } from './check/plan.ts'
export { checkShooting } from './check/shooting.ts'
export { toDot } from './export/dot.ts'
export { toHtml } from './export/gantt.ts'
export { toIcs } from './export/icalendar.ts'
export { toMspdi } from './export/ms-project.ts'
export {
  describeSaving,
  formatPages,
  type StripBoardOptions,
  type StripColour,
  stripColour,
  toOneLiner,
  toStripBoard,
} from './export/strip-board.ts'
export { toCsv, toJson, toMarkdown, toMermaid } from './export/text.ts'
export { type CriticalPathResult, criticalPath, type TaskTimes } from './graph/critical-path.ts'
export { type DependencyFix, describeFix, findCycle, fixDependencies, type GraphTask } from './graph/graph.ts'
export type { Finding, Milestone, Plan, PlanTask, Risk, TeamMember } from './plan.ts'
export { type Forecast, forecast, pertMeanAndDeviation, type ThreePointEstimate } from './schedule/forecast.ts'
export { type Schedule, type ScheduleTask, schedule } from './schedule/schedule.ts'
export { buildTimetable, type TaskDraft, type Timetable } from './schedule/timetable.ts'
export { type DayMark, type DayOutOfDaysRow, dayOutOfDays, numberCast } from './shooting/day-out-of-days.ts'
export { orderShoot, type ShootOrder, type ShootScene } from './shooting/order/order-shoot.ts'
export {
  type Light,
  lightFromTimeOfDay,
  type ShootingCost,
  type ShootingDay,
  type ShootingOptions,
  type ShootingSchedule,
  type Strip,
  type StripScene,
  shootingSchedule,
} from './shooting/schedule.ts'
