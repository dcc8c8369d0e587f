import { basename, dirname } from 'node:path'
import type { App } from '../app.ts'
import type { DocumentFileKind } from '../document-files.ts'
import { takeSettingsWarnings } from './warnings.ts'

interface JobResult {
  readonly status: 'running' | 'complete' | 'failed' | 'stopped'
  readonly next?: string | undefined
}

/** The result with the files of a finished document, their folder in `next`, and warnings of the configuration. */
export async function withFiles<Result extends JobResult>(
  app: App,
  tool: string,
  { kind, id }: { readonly kind: DocumentFileKind; readonly id: string },
  result: Result,
): Promise<Result & { files?: string[]; warnings?: string[] }> {
  const { paths, problem } = result.status === 'complete' ? await app.documentFiles.publish(kind, id) : { paths: [] }
  const warnings = [...(problem === undefined ? [] : [problem]), ...takeSettingsWarnings(app, tool)]
  const [first] = paths
  const place = first && `Files in ${dirname(first)}: ${paths.map((path) => basename(path)).join(', ')}.`
  const next = [result.next, place].filter((sentence) => sentence).join(' ')
  return {
    ...result,
    ...(paths.length > 0 && { files: [...paths] }),
    ...(next !== '' && { next }),
    ...(warnings.length > 0 && { warnings }),
  }
}
