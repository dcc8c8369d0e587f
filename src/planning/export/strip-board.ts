import { escapeXml } from '../../lib/escape-xml.ts'
import { roundToHundredths } from '../../lib/round.ts'
import { dayOutOfDays, numberCast } from '../shooting/day-out-of-days.ts'
import { shiftKindOf } from '../shooting/light.ts'
import type { Light, ShootingDay, ShootingSchedule, Strip, StripScene } from '../shooting/types.ts'
import { renderHtmlPage } from './html-page.ts'
import { escapeMarkdown } from './markdown-text.ts'
import { STRIP_BOARD_STYLE } from './strip-board-style.ts'

/** The title of the board and the sign of its currency (`$`); without rates, costs are cast-days. */
export interface StripBoardOptions {
  readonly title: string
  readonly currency?: string | undefined
}

/** Strip colours of interior and exterior scenes by day and night, as on cardboard strips. */
export type StripColour = 'white' | 'yellow' | 'blue' | 'green'

/** White: interior day. Yellow: exterior day. Blue: interior night. Green: exterior night. Both is as exterior. */
export function stripColour({ intExt, light }: Pick<StripScene, 'intExt' | 'light'>): StripColour {
  const isOutside = /EXT/i.test(intExt ?? '')
  if (shiftKindOf(light) === 'night') return isOutside ? 'green' : 'blue'
  return isOutside ? 'yellow' : 'white'
}

/** Eighths of a page as production offices write them: `2 3/8`. */
export function formatPages(eighths: number): string {
  const [whole, rest] = [Math.floor(eighths / 8), eighths % 8]
  return [...(whole > 0 || rest === 0 ? [String(whole)] : []), ...(rest > 0 ? [`${rest}/8`] : [])].join(' ')
}

/** A sentence on the saving: the cost of the cast, its cost in script order, and the proved bound. */
export function describeSaving(
  { castCost, holdCost, scriptOrder, lowerBound, optimal }: ShootingSchedule,
  currency?: string,
): string {
  const formatAmount = (amount: number): string => {
    const figure = roundToHundredths(amount)
    return currency === undefined ? `${figure} cast-days` : `${currency}${figure.toLocaleString('en-US')}`
  }
  const saved = scriptOrder.castCost - castCost
  const share = scriptOrder.castCost > 0 ? ` (${((100 * saved) / scriptOrder.castCost).toFixed(1)} %)` : ''
  const proof = optimal ? 'no schedule is cheaper' : `no schedule costs less than ${formatAmount(lowerBound)}`
  return `The cast costs ${formatAmount(castCost)}, ${formatAmount(holdCost)} of it for waiting: this saves ${formatAmount(saved)}${share} against script order; ${proof}.`
}

/** The one-line schedule: a table a day, in Markdown. */
export function toOneLiner(schedule: ShootingSchedule, { title, currency }: StripBoardOptions): string {
  const numbers = numberCast(schedule.scenes)
  const escapeCell = escapeMarkdown
  return [
    `# ${escapeCell(title)}: one-line schedule`,
    '',
    describeSaving(schedule, currency),
    ...schedule.days.flatMap((day) => [
      '',
      `## ${dayTitle(day)}`,
      '',
      '| scene | I/E | set | D/N | pages | cast | |',
      '| --- | --- | --- | --- | ---: | --- | --- |',
      ...pairStripsWithScenes(schedule, day).map(
        ({ strip, scene }) =>
          `| ${escapeCell(strip.scene)}${formatPart(strip)} | ${scene.intExt ?? ''} | ${escapeCell(scene.set)} | ${LIGHT_LABELS[scene.light][0]} | ${formatPages(strip.eighths)} | ${formatCastNumbers(scene, numbers)} | ${escapeCell(scene.summary ?? '')} |`,
      ),
    ]),
    '',
    '## Cast',
    '',
    ...[...numbers].map(([member, number]) => `${number}. ${escapeCell(member)}`),
    '',
  ].join('\n')
}

/** The strip board and the day out of days as one HTML page that needs nothing else: no script, made to be printed too. */
export function toStripBoard(schedule: ShootingSchedule, { title, currency }: StripBoardOptions): string {
  const numbers = numberCast(schedule.scenes)
  const renderStrip = (row: { readonly strip: Strip; readonly scene: StripScene }): string =>
    `<tr class="${stripColour(row.scene)}"><th scope="row">${escapeXml(row.strip.scene)}${formatPart(row.strip)}</th><td>${escapeXml(row.scene.intExt ?? '')}</td><td class="set"><b>${escapeXml(row.scene.set)}</b>${row.scene.summary ? `<span>${escapeXml(row.scene.summary)}</span>` : ''}</td><td>${LIGHT_LABELS[row.scene.light][1]}</td><td class="number">${formatPages(row.strip.eighths)}</td><td>${formatCastNumbers(row.scene, numbers)}</td></tr>`
  const boardRows = schedule.days.map(
    (day) =>
      `<tbody>${pairStripsWithScenes(schedule, day).map(renderStrip).join('\n')}\n<tr class="break"><th scope="rowgroup" colspan="6">End of ${dayTitle(day)}: ${formatPages(day.eighths)} pages${day.moves > 0 ? `, ${day.moves} ${day.moves === 1 ? 'move' : 'moves'}` : ''}</th></tr></tbody>`,
  )
  const dayNumbers = Array.from({ length: schedule.spanDays }, (_, at) => at + 1)
  const dayOutOfDaysRows = dayOutOfDays(schedule).map(
    ({ number, member, marks, work, hold, paid }) =>
      `<tr><th scope="row">${number}. ${escapeXml(member)}</th>${marks.map((mark) => `<td class="mark ${mark.toLowerCase()}">${mark}</td>`).join('')}<td class="number">${work}</td><td class="number">${hold}</td><td class="number">${paid}</td></tr>`,
  )
  const body = `<header><h1>${escapeXml(title)}</h1>
<p>${schedule.scenes.length} scenes in ${schedule.shootingDays} shooting days, at most ${formatPages(Math.round(schedule.pagesPerDay * 8))} pages a day; ${schedule.moves} company moves, ${schedule.scriptOrder.moves} in script order. ${escapeXml(describeSaving(schedule, currency))}</p>
${schedule.unrated.length > 0 ? `<p>Without a rate: ${escapeXml(schedule.unrated.join(', '))}.</p>` : ''}</header>
<h2>Strip board</h2>
<div class="wide"><table class="board"><thead><tr><th scope="col">Scene</th><th scope="col">I/E</th><th scope="col">Set</th><th scope="col">D/N</th><th scope="col" class="number">Pages</th><th scope="col">Cast</th></tr></thead>
${boardRows.join('\n')}
</table></div>
<h2>Day out of days</h2>
<div class="wide"><table class="dood"><thead><tr><th scope="col">Cast</th>${dayNumbers.map((day) => `<th scope="col" class="mark">${day}</th>`).join('')}<th scope="col" class="number">Work</th><th scope="col" class="number">Hold</th><th scope="col" class="number">Paid</th></tr></thead>
<tbody>${dayOutOfDaysRows.join('\n')}</tbody></table></div>
<footer>SW starts, W works, H holds, WF finishes, SWF starts and finishes.</footer>`
  return renderHtmlPage({ title: `${title}: strip board`, style: STRIP_BOARD_STYLE, body })
}

/** Short and long names of a light, as a board has them. */
const LIGHT_LABELS: Readonly<Record<Light, readonly [short: string, long: string]>> = {
  day: ['D', 'Day'],
  night: ['N', 'Night'],
  dawn: ['DAWN', 'Dawn'],
  dusk: ['DUSK', 'Dusk'],
}

function pairStripsWithScenes({ scenes }: ShootingSchedule, { strips }: ShootingDay) {
  const byId = new Map(scenes.map((scene) => [scene.id, scene]))
  return strips.flatMap((strip) => {
    const scene = byId.get(strip.scene)
    return scene ? [{ strip, scene }] : []
  })
}

function dayTitle({ day, date, light }: ShootingDay): string {
  return `day ${day}${date === undefined ? '' : `, ${date}`}${light === 'night' ? ', night' : ''}`
}

function formatPart({ part }: Strip): string {
  return part ? ` (${part.at} of ${part.of})` : ''
}

function formatCastNumbers({ cast }: StripScene, numbers: ReadonlyMap<string, number>): string {
  return cast
    .map((member) => numbers.get(member) ?? 0)
    .toSorted((a, b) => a - b)
    .join(', ')
}
