import { visible } from '../inline.ts'
import { wrap } from '../wrap.ts'
import type { Offence, Rule } from './rule.ts'

/**
 * F12: a speech is at most twelve lines long without a pause, and of three pages or more 20 to 70 % are dialogue; in four
 * professional scripts it is 28 to 42 %.
 *
 * @example lines 2
 * ```
 * ANNA
 * I waited for you at the window of the kitchen, where the light is grey and the rain has not stopped since the morning of the day before, and I did not move, not even when the kettle began to sing on the stove behind me, and not when the door opened, and not when somebody whom I had not seen in years came in, put down a suitcase and said nothing at all. I waited, and I would wait again, and you know it, and you knew it then.
 * ```
 */
export const dialogue: Rule = {
  code: 'F12',
  title: 'dialogue',
  severity: { ours: 'warn', theirs: 'info' },
  check(script) {
    const offences: Offence[] = []
    const rows = { spoken: 0, told: 0 }
    for (const [element, item] of script.elements.entries()) {
      if (item.type === 'action') rows.told += wrap(visible(item.text), 61).length + 1
      if (item.type !== 'dialogue') continue
      const lines = wrap(visible(item.text), 35).length
      rows.spoken += lines + 2
      if (lines > 12)
        offences.push({ element, message: `The speech is ${lines} lines long.`, fix: 'Break it with an action.' })
    }
    const [all, least] = [rows.spoken + rows.told, 3 * 54]
    const share = Math.round((rows.spoken * 100) / Math.max(1, all))
    if (all >= least && (share < 20 || share > 70))
      offences.push({ line: 1, message: `Dialogue is ${share} % of the script.` })
    return offences
  },
}
