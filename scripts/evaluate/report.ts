import { DIMENSIONS, totalOf, type Verdict } from './judge.ts'

export interface Cost {
  readonly calls: number
  readonly input_tokens: number
  readonly cached_input_tokens: number
  readonly output_tokens: number
  readonly cost_usd: number | null
}

export interface Evaluated {
  readonly brief: string
  readonly oneShot: Cost & { readonly pages: number }
  readonly ours: Cost & { readonly pages: number }
  /** One a reading. `oursIs`: the letter under which the reader saw the script made by `develop_script`. */
  readonly readings: readonly { readonly oursIs: 'A' | 'B'; readonly verdict: Verdict }[]
}

/** The report as Markdown: totals of 90 a brief, dimensions over all briefs, what each way cost. */
export function reportOf(model: string, judge: string, all: readonly Evaluated[]): string {
  const rows = all.map(({ brief, oneShot, ours, readings }) => {
    const other = readings.map(({ oursIs, verdict }) => totalOf(verdict[oursIs === 'A' ? 'B' : 'A']))
    const mine = readings.map(({ oursIs, verdict }) => totalOf(verdict[oursIs]))
    return { brief, oneShot, ours, other, mine, gain: mean(mine) - mean(other) }
  })
  const dimensions = DIMENSIONS.map((name) => {
    const of = (mine: boolean): number =>
      mean(
        all.flatMap(({ readings }) =>
          readings.map(({ oursIs, verdict }) => verdict[mine === (oursIs === 'A') ? 'A' : 'B'][name].score),
        ),
      )
    return `| ${name.replaceAll('_', ' ')} | ${of(false).toFixed(1)} | ${of(true).toFixed(1)} |`
  })
  const gain = rows.length === 0 ? 0 : mean(rows.map((row) => row.gain))
  return [
    '# Screenplays: asked once, and through develop_script',
    `Written by ${model}, read blind by ${judge}; each pair is read in both orders. Totals are of 90.`,
    '| brief | one-shot | develop_script | gain | pages | calls | input tokens (cached) | output tokens | cost |',
    '| --- | --- | --- | ---: | --- | --- | --- | --- | --- |',
    ...rows.map(
      ({ brief, oneShot, ours, other, mine, gain: one }) =>
        `| ${brief} | ${other.join(', ')} | ${mine.join(', ')} | ${signed(one)} | ${oneShot.pages.toFixed(1)} / ${ours.pages.toFixed(1)} | ${oneShot.calls} / ${ours.calls} | ${tokens(oneShot)} / ${tokens(ours)} | ${oneShot.output_tokens} / ${ours.output_tokens} | ${usd(oneShot)} / ${usd(ours)} |`,
    ),
    `\nMean gain: ${signed(gain)} of 90 over ${rows.length} briefs.\n`,
    '| dimension | one-shot | develop_script |',
    '| --- | ---: | ---: |',
    ...dimensions,
    '',
  ].join('\n')
}

const mean = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0) / Math.max(1, list.length)
const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(1)}`
const tokens = ({ input_tokens, cached_input_tokens }: Cost): string => `${input_tokens} (${cached_input_tokens})`
const usd = ({ cost_usd }: Cost): string => (cost_usd === null ? 'unknown' : `$${cost_usd.toFixed(3)}`)
