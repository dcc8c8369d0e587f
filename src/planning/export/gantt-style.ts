/** The style sheet of the Gantt page. The contrast of text is at least 4.5 to 1, in light and dark mode. */
export const GANTT_STYLE = `
:root { color-scheme: light dark; --ink: #1c1b1a; --soft: #5d5a55; --paper: #fdfcfa; --line: #e3dfd8; --rest: #f3f0ea; --bad: #a3261d; --light: 55%; --sign: #1c1b1a; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceae6; --soft: #aaa69f; --paper: #191817; --line: #35322e; --rest: #221f1d; --bad: #ff8a7e; --light: 52%; --sign: #eceae6; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem clamp(1rem, 3vw, 3rem); max-width: 90rem; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { margin: 0 0 .25rem; font-size: 1.6rem; line-height: 1.2; text-wrap: balance; }
header p { margin: 0 0 1rem; color: var(--soft); max-width: 75ch; }
.findings { margin: 0 0 1.25rem; padding: .6rem 1rem .6rem 2rem; border-left: 3px solid var(--line); max-width: 85ch; }
.findings .error { color: var(--bad); font-weight: 600; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { text-align: left; vertical-align: middle; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); font-weight: normal; overflow-wrap: anywhere; }
thead th { color: var(--soft); font-size: .8rem; vertical-align: bottom; }
thead th:first-child { width: 36%; }
.when { width: 12.5rem; color: var(--soft); font-size: .8rem; font-variant-numeric: tabular-nums; }
.title { display: block; }
.facts, .waits { color: var(--soft); font-size: .78rem; }
.facts b { color: var(--bad); }
.group th { padding-top: .8rem; font-weight: 650; }
.group i, .key i { display: inline-block; width: .8rem; height: .8rem; margin-right: .45rem; border-radius: 3px; background: hsl(var(--hue) 42% var(--light)); vertical-align: -1px; }
.chart { position: relative; padding: 0; height: 2.4rem; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
.axis span.late { translate: calc(-100% - .3rem); }
.axis span:not(.visually-hidden) { position: absolute; bottom: .3rem; padding-left: .25rem; white-space: nowrap; }
.bar { position: absolute; top: calc(50% - .55rem); height: 1.1rem; border-radius: 4px; background: hsl(var(--hue) 42% var(--light)); }
.bar.critical { box-shadow: 0 0 0 2px var(--bad); }
.bar.done { opacity: .45; }
.milestone { position: absolute; top: calc(50% - .5rem); width: 1rem; height: 1rem; margin-left: -.5rem; rotate: 45deg; background: var(--sign); border-radius: 2px; }
footer { margin-top: 1.25rem; color: var(--soft); font-size: .8rem; }
.key { margin-right: 1.5rem; --hue: 210; }
.key i.critical { box-shadow: 0 0 0 2px var(--bad); }
.key i.rest { background: var(--rest); outline: 1px solid var(--line); }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 44rem) {
  body { padding: 1rem; }
  table, tbody, tr, th, td { display: block; width: auto; border: 0; }
  thead, .group td { display: none; }
  tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
  tr.group { border: 0; padding-bottom: 0; }
  th, td { padding: 0; }
  td.when { width: auto; }
  td.chart { height: 1.7rem; margin-top: .25rem; }
}
@media print {
  :root { color-scheme: light; --ink: #000; --soft: #444; --paper: #fff; --line: #ccc; --rest: #f1efea; --bad: #a3261d; --light: 60%; --sign: #000; }
  body { padding: 0; font-size: 9pt; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
  @page { size: landscape; margin: 12mm; }
}
`
