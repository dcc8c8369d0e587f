/** The style sheet of the strip board. Strips keep their colours and black text in dark mode. */
export const STRIP_BOARD_STYLE = `
:root { color-scheme: light dark; --ink: #1c1b1a; --soft: #5d5a55; --paper: #f4f2ee; --line: #cfcac1; --start: #cfe6d2; --hold: #f3d9c9; --marks: #1c1b1a; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceae6; --soft: #aaa69f; --paper: #191817; --line: #45413c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem clamp(1rem, 3vw, 3rem); max-width: 70rem; background: var(--paper); color: var(--ink); font: 15px/1.4 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { margin: 0 0 .25rem; font-size: 1.6rem; }
h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
header p { margin: 0 0 .5rem; color: var(--soft); max-width: 80ch; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
th, td { padding: .3rem .6rem; text-align: left; font-weight: normal; vertical-align: top; }
thead th { color: var(--soft); font-size: .8rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.board tbody tr { border: 1px solid #6b675f; color: #161514; }
.board tbody th { font-weight: 650; white-space: nowrap; }
.board .set { width: 60%; }
.board .set span { display: block; font-size: .85rem; color: #3b3833; }
.white { background: #ffffff; } .yellow { background: #fbe88a; } .blue { background: #bcd7f2; } .green { background: #bfe0b5; }
.board tbody .break { background: #161514; color: #ffffff; border-color: #161514; }
.board .break th { font-size: .85rem; font-weight: 600; }
.dood th, .dood td { border: 1px solid var(--line); }
.dood tbody th { white-space: nowrap; }
.mark { min-width: 2.1rem; padding: .3rem .15rem; text-align: center; font-size: .75rem; }
td.sw, td.w, td.wf, td.swf { background: var(--start); color: var(--marks); }
td.h { background: var(--hold); color: var(--marks); }
footer { margin-top: .75rem; color: var(--soft); font-size: .8rem; }
@media (max-width: 44rem) { body { padding: 1rem; font-size: 13px; } th, td { padding: .25rem .35rem; } }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --paper: #fff; --line: #999; } body { padding: 0; font-size: 9pt; } tr { break-inside: avoid; } .break { break-after: auto; } }
`
