/** A Fountain text is checked, fixed, measured, and written as PDF and FDX: `node examples/screenplay.mjs [folder]`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { breakdown, fix, lint, measurePages, paginate, printFountain, toFdx, toPdf } from 'showrunner/screenplay'

const text = `Title: The Kettle
Author: A. Writer

INT. KITCHEN - DAY

ANNA, 40, fills the kettle. Steam on the window.

BEN (O.S.)
Is it boiling?

ANNA
(to herself)
It was.

> FADE OUT.
`

const { script, fixed } = fix(text)
console.log(`fixed: ${fixed.length}`)
for (const { code, severity, line, message } of lint(script, { mode: 'authored' })) {
  console.log(`line ${line}: ${severity} ${code}: ${message}`)
}
const pages = paginate(script, { paper: 'a4' })
console.log(`${measurePages(script).toFixed(2)} pages of text, ${pages.length} page on paper`)
for (const scene of breakdown(script)) console.log(`scene in ${scene.set}, cast ${scene.cast.join(', ')}`)

const folder = process.argv[2]
if (folder !== undefined) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'kettle.fountain'), printFountain(script))
  writeFileSync(join(folder, 'kettle.fdx'), toFdx(script))
  writeFileSync(join(folder, 'kettle.pdf'), await toPdf(script))
}
