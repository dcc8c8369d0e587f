import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { planningPictures } from './pictures/planning.ts'
import { screenplayPictures } from './pictures/screenplay.ts'

/** A page as a reader sees it, to be shown in the documentation. */
export interface Picture {
  /** The file in docs/pictures, without its ending. */
  readonly name: string
  readonly html: string
  readonly width: number
  readonly height: number
  readonly dark?: boolean
}

/** Retakes every picture of the documentation in a real browser: `CHROMIUM` names it, else `chromium` is tried. */
const pictures: readonly Picture[] = [...planningPictures()]

const folder = join(import.meta.dirname, '../docs/pictures')
const scratch = mkdtempSync(join(tmpdir(), 'pictures-'))
mkdirSync(folder, { recursive: true })
for (const { name, html, width, height, dark = false } of pictures) {
  const page = join(scratch, `${name}.html`)
  writeFileSync(page, html)
  const settings = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    `--user-data-dir=${join(scratch, 'browser')}`,
    `--window-size=${width},${height}`,
    ...(dark ? ['--blink-settings=preferredColorScheme=0'] : ['--blink-settings=preferredColorScheme=1']),
    `--screenshot=${join(folder, `${name}.png`)}`,
  ]
  execFileSync(process.env['CHROMIUM'] ?? 'chromium', [...settings, pathToFileURL(page).href], { stdio: 'ignore' })
  process.stderr.write(`docs/pictures/${name}.png\n`)
}
await screenplayPictures(folder, scratch)
rmSync(scratch, { recursive: true, force: true })
