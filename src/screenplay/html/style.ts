/**
 * The look of the page: on a wide screen and on paper every line has the position of the layout, `--r` lines below the
 * top margin and `--c` cells from the left edge; on a narrow screen lines flow, at the indents of their kind.
 */
export const STYLESHEET = `
@page{size:var(--size);margin:0}
*{box-sizing:border-box}
:root{color-scheme:light dark;--paper:#fff;--ink:#111;--desk:#e7e5e0;--dim:#666}
@media screen and (prefers-color-scheme:dark){:root{--paper:#262524;--ink:#e8e6e1;--desk:#171615;--dim:#aaa}}
html{background:var(--desk);color:var(--ink);-webkit-text-size-adjust:100%}
body{margin:0;font:16px/1 "Courier Prime","Courier Final Draft",Courier,"Courier New",monospace}
p,h1,h2{margin:0;font:inherit}
.page{background:var(--paper)}
.n{color:var(--dim)}
@media print,(min-width:861px){
.page{position:relative;width:var(--w);height:var(--h);margin:24px auto;box-shadow:0 1px 4px #0003}
.page>*{position:absolute;top:calc(96px + var(--r)*16px);left:calc(var(--c)*9.6px);white-space:pre}
.scene .n{position:absolute;top:0;left:calc(var(--c)*9.6px)}
.double{line-height:32px;margin-top:-8px}
.s{display:none}
}
@media print{html,.page{background:none}.page{margin:0;box-shadow:none;break-after:page}.page:last-child{break-after:auto}.n{color:inherit}}
@media screen and (max-width:860px){
body{font-size:17px;line-height:1.45;overflow-wrap:anywhere}
.page{padding:1.2em 1.1em;border-bottom:1px solid #8886}
.page>*{margin-top:1em;white-space:pre-wrap}
.page>.number{margin:0;text-align:right}
.page>.dialogue,.page>.parenthetical,.page>.lyrics,.page>.more,.page>.continues{margin-top:0}
.scene{font-weight:bold}
.scene .n:first-child{margin-right:1ch}
.scene .n:last-child,.w,br:not(.hard),br.hard+.s{display:none}
.cue,.more{padding-left:28%}
.dialogue,.lyrics{padding-left:8%;padding-right:8%}
.parenthetical{padding-left:18%;padding-right:18%}
.transition{text-align:right}
.centered{text-align:center}
.title{min-height:70vh;display:flex;flex-direction:column}
.title h1{margin-top:25vh}
.title .centered+.left{margin-top:auto}
.title .left+.left{margin-top:0}
}
`
  .trim()
  .replaceAll('\n', '')
