/** To the hundredth, as hours, pages and amounts are shown. */
export function roundToHundredths(value: number): number {
  return Math.round(value * 100) / 100
}
