import type { Finding } from '../../screenplay/index.ts'

/** A finding of a result. Without a line it is about the whole, or about what is not written yet. */
export type ScriptFinding = Omit<Finding, 'line'> & Partial<Pick<Finding, 'line'>>
