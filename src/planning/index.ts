export { toInstant, toLocal } from './calendar/time-zone.ts'
export { type Calendar, type CalendarOptions, workingCalendar } from './calendar/working-calendar.ts'
export type { Check, PlanCheck, PlanContext, Violation } from './check/check.ts'
export { checkFixes, checkPlan, PLAN_CHECKS } from './check/plan.ts'
export { checkShooting, SHOOTING_CHECKS } from './check/shooting.ts'
export { computeCosts, type PlanCosts } from './costs.ts'
export { csvTable, toCsv } from './export/csv.ts'
export { toDot } from './export/dot.ts'
export { toHtml } from './export/gantt.ts'
export { toIcs } from './export/icalendar.ts'
export { toJson } from './export/json.ts'
export { toMarkdown } from './export/markdown.ts'
export { escapeMarkdown, markdownTable } from './export/markdown-text.ts'
export { toMermaid } from './export/mermaid.ts'
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
export { type CriticalPathResult, criticalPath, type TaskTimes } from './graph/critical-path.ts'
export { type DependencyFix, describeFix, findCycle, type GraphTask, repairGraph } from './graph/graph.ts'
export { keepWorkedTasks } from './graph/keep-worked.ts'
export {
  type Availability,
  type CostLine,
  type Finding,
  type Milestone,
  type Plan,
  type PlanTask,
  type Risk,
  type RoleHours,
  readyAt,
  rolesOf,
  type Shift,
  type TaskStatus,
  type TeamMember,
} from './plan.ts'
export { type Forecast, forecast, pertMeanAndDeviation, type ThreePointEstimate } from './schedule/forecast.ts'
export { type WeekLoad, weeklyLoad } from './schedule/load.ts'
export { expectedHours, openTasks, remainingHours, type TaskProgress } from './schedule/progress.ts'
export { type Schedule, type ScheduleTask, schedule } from './schedule/schedule.ts'
export { type TaskDraft, type Timetable, type TimetableOptions, timetable } from './schedule/timetable.ts'
export { type DayMark, type DayOutOfDaysRow, dayOutOfDays, numberCast } from './shooting/day-out-of-days.ts'
export { lightFromTimeOfDay, shiftKindOf } from './shooting/light.ts'
export { orderShoot, type ShootOrder, type ShootScene } from './shooting/order/order-shoot.ts'
export { shootingSchedule } from './shooting/schedule.ts'
export type {
  Light,
  ShiftKind,
  ShootingCost,
  ShootingDay,
  ShootingOptions,
  ShootingSchedule,
  Strip,
  StripScene,
} from './shooting/types.ts'
