import { toFdx, toHtml, toPdf } from '../../screenplay/index.ts'
import type { Job } from '../shared/jobs.ts'
import type { Document } from './document.ts'
import { fountainOf, scriptOf } from './render.ts'

interface ExportFormat {
  readonly mimeType: string
  /** The name of the file that is written when the script is complete; absent: no file is written. */
  readonly fileName?: string
}

/** The formats that a script can be exported in; the first is that of the plain address. */
export const SCRIPT_EXPORT_FORMATS: Readonly<Record<string, ExportFormat>> = {
  fountain: { mimeType: 'text/vnd.fountain', fileName: 'script.fountain' },
  fdx: { mimeType: 'application/xml', fileName: 'script.fdx' },
  pdf: { mimeType: 'application/pdf', fileName: 'script.pdf' },
  html: { mimeType: 'text/html', fileName: 'script.html' },
  json: { mimeType: 'application/json' },
}

/**
 * A script in a format: `fountain`, `fdx`, `html`, `json` (the saved document) as text, `pdf` as bytes. Undefined: there is
 * no such format. `now` is the creation date of the PDF, ms since the epoch.
 */
export async function exportScript(
  document: Document,
  status: Job['status'],
  format: string,
  now: number,
): Promise<string | Uint8Array | undefined> {
  switch (format) {
    case 'fountain':
      return fountainOf(document)
    case 'fdx':
      return toFdx(scriptOf(document))
    case 'html':
      return toHtml(scriptOf(document))
    case 'pdf':
      return toPdf(scriptOf(document), { created: new Date(now) })
    case 'json':
      return documentJson(document, status)
    default:
      return undefined
  }
}

/** Clients refuse a resource of more than about a million characters. */
const MOST_JSON = 900_000

/** The document as JSON, without its oldest versions where it would be too long. */
function documentJson(document: Document, status: Job['status'], versions = document.versions): string {
  const leftOut = document.versions.length - versions.length
  const all = { status, ...document, versions, ...(leftOut > 0 && { versions_left_out: leftOut }) }
  const json = JSON.stringify(all, null, 1)
  return json.length <= MOST_JSON || versions.length === 0 ? json : documentJson(document, status, versions.slice(1))
}
