/**
 * How a report looks: one style sheet, light and dark by the reader's preference, light on paper. Text in a bookish serif, figures in
 * tables and charts in a sans with figures of one width. No font, image or script is fetched.
 */

export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: #fcfbf9; --card: #ffffff; --ink: #23211e; --quiet: #6d6860; --rule: #e4e0d8; --grid: #efece5;
  --student: #2a6592; --teacher: #a8552a; --baseline: #7a756c; --right: #2f7a4f; --wrong: #b23a3a;
  --series-0: #2a6592; --series-1: #b8602b; --series-2: #3d8361; --series-3: #7b5aa6; --series-4: #98801f; --series-5: #b0446f;
  --serif: Charter, 'Bitstream Charter', 'Iowan Old Style', 'Source Serif 4', Georgia, 'Liberation Serif', serif;
  --sans: Inter, 'Helvetica Neue', 'Segoe UI', Roboto, Arial, 'Liberation Sans', system-ui, sans-serif;
  --mono: ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #191817; --card: #201f1d; --ink: #e6e2da; --quiet: #a09a8f; --rule: #383531; --grid: #2b2926;
    --student: #7fb4dc; --teacher: #e39a6f; --baseline: #a09a8f; --right: #7fc79b; --wrong: #ea8c86;
    --series-0: #7fb4dc; --series-1: #e39a6f; --series-2: #85c7a3; --series-3: #b9a0dc; --series-4: #d3bd62; --series-5: #e48fb1;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.6 var(--serif); -webkit-text-size-adjust: 100%; }
main { max-width: 940px; margin: 0 auto; padding: 72px 32px 96px; }
header { margin-bottom: 44px; }
.maker { font: 600 12px/1 var(--sans); letter-spacing: .14em; text-transform: uppercase; color: var(--quiet); margin: 0 0 20px; }
h1 { font-size: 38px; line-height: 1.15; font-weight: 600; letter-spacing: -.01em; margin: 0; text-wrap: balance; overflow-wrap: anywhere; }
.subtitle { font-size: 20px; line-height: 1.45; color: var(--quiet); margin: 12px 0 0; text-wrap: pretty; }
.when { font: 13px/1.5 var(--sans); color: var(--quiet); margin: 20px 0 0; }
.unfinished { font: 500 15px/1.5 var(--sans); border-left: 3px solid var(--teacher); padding-left: 12px; margin: 20px 0 0; }
.command { font: 13px/1.6 var(--mono); background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 11px 15px; margin: 12px 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
h2 { font-size: 23px; line-height: 1.3; font-weight: 600; margin: 56px 0 14px; }
p { margin: 0 0 14px; max-width: 68ch; white-space: pre-line; overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); border-block: 1px solid var(--rule); margin: 0; }
.figures div { padding: 20px 16px 18px 0; }
.figures dt { font: 13px/1.4 var(--sans); color: var(--quiet); }
.figures dd { margin: 4px 0 0; font: 500 29px/1.15 var(--sans); letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
.figures small { display: block; font: 13px/1.4 var(--sans); letter-spacing: 0; color: var(--quiet); margin-top: 5px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font: 14px/1.45 var(--sans); font-variant-numeric: tabular-nums; }
th { font-weight: 500; color: var(--quiet); text-align: left; vertical-align: bottom; font-size: 13px; line-height: 1.35; }
th, td { padding: 9px 18px 9px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:last-child td, tbody tr:last-child th { border-bottom-color: transparent; }
thead th { border-bottom-color: var(--quiet); }
tbody th { color: var(--ink); font-size: 14px; line-height: 1.45; min-width: 12.5em; padding-left: 17px; text-indent: -17px; }
.number { text-align: right; white-space: nowrap; }
thead .number { white-space: normal; }
.spread { color: var(--quiet); }
tbody th::before { content: ''; display: inline-block; width: 8px; height: 8px; border-radius: 50%; margin-right: 9px; background: var(--baseline); }
tbody th.student::before { background: var(--student); }
tbody th.teacher::before { background: var(--teacher); }
.narrow { width: auto; min-width: 380px; }
tbody th.plain { font-weight: 500; padding-left: 0; text-indent: 0; min-width: 9em; }
tbody th.plain::before { content: none; }
td small, tbody th small { display: block; text-indent: 0; font: 12px/1.4 var(--sans); color: var(--quiet); }
.line { display: block; }
.lineage td { min-width: 7em; font-size: 13px; }
.examples td:first-child { min-width: min(18em, 46vw); }
.lineage td:nth-child(5) { min-width: 12em; }
.difference { font: 15px/1.5 var(--sans); margin: 18px 0 0; max-width: 78ch; }
.difference b { font-weight: 600; }
.verdict { white-space: nowrap; }
.right { color: var(--right); }
.wrong { color: var(--wrong); }
.footnote { font: 13px/1.55 var(--sans); color: var(--quiet); margin: 14px 0 0; max-width: 78ch; }
figure { margin: 28px 0 0; }
figcaption { font: 500 14px/1.4 var(--sans); margin-bottom: 8px; }
figcaption::first-letter { text-transform: uppercase; }
.chart svg { display: block; width: 100%; height: auto; }
.chart .for-phones { display: none; }
figcaption small { display: block; font: 13px/1.4 var(--sans); color: var(--quiet); }
.multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(250px, 100%), 1fr)); gap: 8px 32px; }
details .multiples { grid-template-columns: repeat(auto-fill, minmax(min(380px, 100%), 1fr)); }
.multiples figure { min-width: 0; margin-top: 18px; }
summary { font: 500 14px/1.4 var(--sans); color: var(--quiet); cursor: pointer; margin-top: 28px; width: fit-content; }
.bars { color: var(--baseline); }
.bars.student { color: var(--student); } .bars.teacher { color: var(--teacher); }
.bar { fill: currentColor; opacity: .75; }
.strip { fill: currentColor; opacity: .32; }
.few .bar { opacity: .3; }
.dots-of circle { opacity: .45; }
.ideal { stroke: var(--ink); stroke-width: 1.2; stroke-dasharray: 4 4; opacity: .7; }
.likeness { grid-template-columns: repeat(auto-fill, minmax(min(360px, 100%), 1fr)); }
.likeness .chart > svg { max-width: 300px; }
.answers table { width: auto; }
.answers td { min-width: 88px; padding: 9px 12px; border: 2px solid var(--paper); }
.answers th { padding-right: 14px; border-bottom: 0; }
.answers thead th { padding-right: 12px; }
.answers tbody th.plain { min-width: 0; vertical-align: middle; }
.answers .same { background: color-mix(in srgb, var(--student) calc(var(--share) * .34), var(--card)); }
.answers .other { background: color-mix(in srgb, var(--wrong) calc(var(--share) * .34), var(--card)); }
.answers td small { color: inherit; opacity: .8; }
.chart text { font: 12px var(--sans); fill: var(--quiet); font-variant-numeric: tabular-nums; }
.chart .grid { stroke: var(--grid); }
.chart .ground { stroke: var(--quiet); }
.line { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
.band { fill: currentColor; opacity: .13; }
.dashed .line { stroke-dasharray: 5 4; }
.chart circle { fill: currentColor; }
.several .line { stroke-width: 1.4; opacity: .8; }
.several circle { opacity: .8; }
.series-0 { color: var(--series-0); } .series-1 { color: var(--series-1); } .series-2 { color: var(--series-2); }
.series-3 { color: var(--series-3); } .series-4 { color: var(--series-4); } .series-5 { color: var(--series-5); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 8px 0 0; padding: 0; font: 13px/1.5 var(--sans); }
.chart .legend svg { display: inline; width: 22px; height: 8px; margin-right: 8px; vertical-align: 1px; }
.dots .rows { display: grid; grid-template-columns: fit-content(45%) 1fr; column-gap: 22px; align-items: stretch; font: 13px/1.4 var(--sans); padding-right: 16px; }
.dots .name { padding: 4px 0; text-align: right; overflow-wrap: anywhere; }
.dots .name:nth-last-child(2) { color: var(--quiet); font-size: 12px; }
.track { position: relative; min-height: 26px; color: var(--baseline); font-variant-numeric: tabular-nums; }
.track.student { color: var(--student); } .track.teacher { color: var(--teacher); }
.track > i { position: absolute; top: 50%; }
.track > .tick { top: 0; bottom: 0; border-left: 1px solid var(--grid); }
.track > .reach { height: 3px; margin-top: -1.5px; border-radius: 2px; background: currentColor; opacity: .45; }
.track > .mean { width: 9px; height: 9px; margin: -4.5px 0 0 -4.5px; border-radius: 50%; background: currentColor; }
.ticks > span { position: absolute; top: 5px; transform: translateX(-50%); font-size: 12px; color: var(--quiet); }
.facts { display: grid; grid-template-columns: minmax(8em, max-content) 1fr; font: 14px/1.5 var(--sans); margin: 0; }
.facts dt { color: var(--quiet); padding: 6px 28px 6px 0; }
.facts dd { margin: 0; padding: 6px 0; overflow-wrap: anywhere; }
.facts code { display: block; font: 12px/1.5 var(--mono); color: var(--quiet); }
.facts dt, .facts dd { border-bottom: 1px solid var(--grid); }
@media (max-width: 600px) {
  main { padding: 40px 18px 64px; }
  h1 { font-size: 30px; }
  .chart .for-pages { display: none; }
  .chart .for-phones { display: block; }
  .facts { grid-template-columns: 1fr; }
  .facts dt { border: 0; padding-bottom: 0; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --card: #fff; --ink: #000; --quiet: #555; --rule: #ccc; --grid: #e6e6e6;
    --student: #2a6592; --teacher: #a8552a; --baseline: #7a756c; --right: #2f7a4f; --wrong: #b23a3a;
    --series-0: #2a6592; --series-1: #b8602b; --series-2: #3d8361; --series-3: #7b5aa6; --series-4: #98801f; --series-5: #b0446f;
  }
  @page { margin: 18mm 16mm; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; margin-top: 28pt; }
  figure, tr, .figures, .facts > * { break-inside: avoid; }
  .scroll { overflow: visible; }
  summary { display: none; }
}
`;
