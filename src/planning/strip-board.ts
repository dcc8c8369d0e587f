import { castNumbers, dayOutOfDays } from './day-out-of-days.ts'
import { htmlPage } from './html-page.ts'
import { hundredths } from './hundredths.ts'
import { escaped } from './markup.ts'
import type { ShootingDay, ShootingSchedule, Strip, StripScene } from './shooting.ts'
import { STRIP_STYLE } from './strip-style.ts'

/** What the board is called, and what its money is in (`$`); without rates, costs are cast-days. */
export interface BoardTitle {
  readonly title: string
  readonly currency?: string | undefined
}

/** Interior or exterior by day or night, the colours that strips have had since they were cardboard. */
export type StripColour = 'white' | 'yellow' | 'blue' | 'green'

/** White: interior day. Yellow: exterior day. Blue: interior night. Green: exterior night. Both is as exterior. */
export function stripColour({ intExt, light }: Pick<StripScene, 'intExt' | 'light'>): StripColour {
  const isOutside = /EXT/i.test(intExt ?? '')
  if (light === 'night') return isOutside ? 'green' : 'blue'
  return isOutside ? 'yellow' : 'white'
}

/** Eighths of a page as production offices write them: `2 3/8`. */
export function pages(eighths: number): string {
  const [whole, rest] = [Math.floor(eighths / 8), eighths % 8]
  return [...(whole > 0 || rest === 0 ? [String(whole)] : []), ...(rest > 0 ? [`${rest}/8`] : [])].join(' ')
}

/** Whether the order pays, as a sentence: what the cast costs, what script order would cost, and what is proved. */
export function savingOf(
  { castCost, holdCost, scriptOrder, lowerBound, optimal }: ShootingSchedule,
  currency?: string,
): string {
  const money = (amount: number): string => {
    const figure = hundredths(amount)
    return currency === undefined ? `${figure} cast-days` : `${currency}${figure.toLocaleString('en-US')}`
  }
  const saved = scriptOrder.castCost - castCost
  const share = scriptOrder.castCost > 0 ? ` (${((100 * saved) / scriptOrder.castCost).toFixed(1)} %)` : ''
  const proof = optimal ? 'no schedule is cheaper' : `no schedule costs less than ${money(lowerBound)}`
  return `The cast costs ${money(castCost)}, ${money(holdCost)} of it for waiting: this saves ${money(saved)}${share} against script order; ${proof}.`
}

/** The one-line schedule: a table a day, in Markdown. */
export function toOneLiner(schedule: ShootingSchedule, { title, currency }: BoardTitle): string {
  const numbers = castNumbers(schedule.scenes)
  const text = (cell: string): string => cell.replace(/\s+/g, ' ').trim().replaceAll('|', '\\|')
  return [
    `# ${text(title)}: one-line schedule`,
    '',
    savingOf(schedule, currency),
    ...schedule.days.flatMap((day) => [
      '',
      `## ${dayTitle(day)}`,
      '',
      '| scene | I/E | set | D/N | pages | cast | |',
      '| --- | --- | --- | --- | ---: | --- | --- |',
      ...rowsOf(schedule, day).map(
        ({ strip, scene }) =>
          `| ${text(strip.scene)}${partOf(strip)} | ${scene.intExt ?? ''} | ${text(scene.set)} | ${scene.light === 'night' ? 'N' : 'D'} | ${pages(strip.eighths)} | ${castOf(scene, numbers)} | ${text(scene.summary ?? '')} |`,
      ),
    ]),
    '',
    '## Cast',
    '',
    ...[...numbers].map(([member, number]) => `${number}. ${text(member)}`),
    '',
  ].join('\n')
}

/** The strip board and the day out of days as one HTML page that needs nothing else: no script, made to be printed too. */
export function toStripBoard(schedule: ShootingSchedule, { title, currency }: BoardTitle): string {
  const numbers = castNumbers(schedule.scenes)
  const strip = (row: { readonly strip: Strip; readonly scene: StripScene }): string =>
    `<tr class="${stripColour(row.scene)}"><th scope="row">${escaped(row.strip.scene)}${partOf(row.strip)}</th><td>${escaped(row.scene.intExt ?? '')}</td><td class="set"><b>${escaped(row.scene.set)}</b>${row.scene.summary ? `<span>${escaped(row.scene.summary)}</span>` : ''}</td><td>${row.scene.light === 'night' ? 'Night' : 'Day'}</td><td class="number">${pages(row.strip.eighths)}</td><td>${castOf(row.scene, numbers)}</td></tr>`
  const board = schedule.days.map(
    (day) =>
      `<tbody>${rowsOf(schedule, day).map(strip).join('\n')}\n<tr class="break"><th scope="rowgroup" colspan="6">End of ${dayTitle(day)}: ${pages(day.eighths)} pages${day.moves > 0 ? `, ${day.moves} ${day.moves === 1 ? 'move' : 'moves'}` : ''}</th></tr></tbody>`,
  )
  const span = Array.from({ length: schedule.spanDays }, (_, at) => at + 1)
  const outOfDays = dayOutOfDays(schedule).map(
    ({ number, member, marks, work, hold, paid }) =>
      `<tr><th scope="row">${number}. ${escaped(member)}</th>${marks.map((mark) => `<td class="mark ${mark.toLowerCase()}">${mark}</td>`).join('')}<td class="number">${work}</td><td class="number">${hold}</td><td class="number">${paid}</td></tr>`,
  )
  const body = `<header><h1>${escaped(title)}</h1>
<p>${schedule.scenes.length} scenes in ${schedule.shootingDays} shooting days, at most ${pages(Math.round(schedule.pagesPerDay * 8))} pages a day; ${schedule.moves} company moves, ${schedule.scriptOrder.moves} in script order. ${escaped(savingOf(schedule, currency))}</p>
${schedule.unrated.length > 0 ? `<p>Without a rate: ${escaped(schedule.unrated.join(', '))}.</p>` : ''}</header>
<h2>Strip board</h2>
<div class="wide"><table class="board"><thead><tr><th scope="col">Scene</th><th scope="col">I/E</th><th scope="col">Set</th><th scope="col">D/N</th><th scope="col" class="number">Pages</th><th scope="col">Cast</th></tr></thead>
${board.join('\n')}
</table></div>
<h2>Day out of days</h2>
<div class="wide"><table class="dood"><thead><tr><th scope="col">Cast</th>${span.map((day) => `<th scope="col" class="mark">${day}</th>`).join('')}<th scope="col" class="number">Work</th><th scope="col" class="number">Hold</th><th scope="col" class="number">Paid</th></tr></thead>
<tbody>${outOfDays.join('\n')}</tbody></table></div>
<footer>SW starts, W works, H holds, WF finishes, SWF starts and finishes.</footer>`
  return htmlPage({ title: `${title}: strip board`, style: STRIP_STYLE, body })
}

function rowsOf({ scenes }: ShootingSchedule, { strips }: ShootingDay) {
  const byId = new Map(scenes.map((scene) => [scene.id, scene]))
  return strips.flatMap((strip) => {
    const scene = byId.get(strip.scene)
    return scene ? [{ strip, scene }] : []
  })
}

function dayTitle({ day, date, light }: ShootingDay): string {
  return `day ${day}${date === undefined ? '' : `, ${date}`}${light === 'night' ? ', night' : ''}`
}

function partOf({ part }: Strip): string {
  return part ? ` (${part.at} of ${part.of})` : ''
}

function castOf({ cast }: StripScene, numbers: ReadonlyMap<string, number>): string {
  return cast
    .map((member) => numbers.get(member) ?? 0)
    .toSorted((a, b) => a - b)
    .join(', ')
}
