import * as all from './all.ts'
import type { Tool } from './tool.ts'

/** Every tool. Adding one takes a file and a line in `all.ts`. */
export const tools: readonly Tool[] = Object.values(all)
