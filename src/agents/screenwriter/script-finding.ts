import type { Finding } from '../../screenplay/index.ts'

/** A finding of a result. A finding without a line is about the whole script or an unwritten part. */
export type ScriptFinding = Omit<Finding, 'line'> & Partial<Pick<Finding, 'line'>>
