import developScript from './develop-script.ts'
import generateText from './generate-text.ts'
import listModels from './list-models.ts'
import planTasks from './plan-tasks.ts'
import type { Tool } from './tool.ts'
import usageReport from './usage-report.ts'

/** Every tool there is. To add one: a file, and a line here. */
export const tools: readonly Tool[] = [listModels, generateText, developScript, planTasks, usageReport]
