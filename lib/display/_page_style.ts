/**
 * The style sheet of a published page: system fonts, light and dark, a phone and a printer.
 *
 * @module
 */

/** All of it. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --page: light-dark(#ffffff, #16181c);
  --text: light-dark(#1f2328, #e3e3e3);
  --quiet: light-dark(#656d76, #9aa0a8);
  --line: light-dark(#d8dde3, #343940);
  --panel: light-dark(#f6f7f9, #1e2127);
  --accent: light-dark(#0b62c4, #6cb0ff);
  --warn: light-dark(#fff6e0, #2c2615);
  --error: light-dark(#fff0ef, #321b1b);
  --red: light-dark(#b3261e, #ff8a80);
  --green: light-dark(#1a7431, #7ddc92);
  --yellow: light-dark(#8a6100, #e5c07b);
  --blue: light-dark(#0b5bb5, #7ab8ff);
  --magenta: light-dark(#8e3bab, #d7a3f0);
  --cyan: light-dark(#0b6f7a, #6fd3de);
  --mono: ui-monospace, "SF Mono", "Cascadia Code", "DejaVu Sans Mono", Menlo, Consolas, monospace;
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--page);
  color: var(--text);
  font: 16.5px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif;
  -webkit-text-size-adjust: 100%;
  overflow-wrap: break-word;
}
main { max-width: 860px; margin: 0 auto; padding: 32px 20px 72px; position: relative; }
a { color: var(--accent); text-underline-offset: 2px; }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.9em 0 .6em; text-wrap: balance; }
h1 { font-size: 2em; margin-top: 0; letter-spacing: -.015em; }
h2 { font-size: 1.4em; padding-bottom: .25em; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.15em; }
p, ul, ol, blockquote { margin: .8em 0; }
li + li { margin-top: .2em; }
blockquote { margin-left: 0; padding-left: 1em; border-left: 3px solid var(--line); color: var(--quiet); }
hr { border: 0; border-top: 1px solid var(--line); margin: 2em 0; }
img { max-width: 100%; height: auto; }
code, pre, kbd { font-family: var(--mono); font-size: .86em; }
:not(pre) > code { background: var(--panel); border-radius: 4px; padding: .12em .35em; }
pre { margin: 0; overflow-x: auto; line-height: 1.5; tab-size: 2; }
.text pre { margin: 1em 0; background: var(--panel); border-radius: 8px; padding: 12px 14px; }
.math { white-space: normal; font-family: "Cambria Math", "STIX Two Text", Cambria, Georgia, "Times New Roman", serif; font-size: 1.06em; }
.math i { font-style: italic; padding-right: .04em; }
.math sub, .math sup { font-size: .72em; line-height: 0; }
.math.display { display: block; text-align: center; margin: 1em 0; overflow-x: auto; padding: .3em 0; }
.frac { display: inline-flex; flex-direction: column; vertical-align: middle; text-align: center; line-height: 1.2; font-size: .9em; margin: 0 .15em; }
.frac > :first-child { border-bottom: 1px solid; padding: 0 .25em; }
.frac > :last-child { padding: 0 .25em; }
.root { border-top: 1px solid; padding: 0 .15em; }
#buttons { position: absolute; right: 20px; top: 14px; display: flex; gap: 8px; }
#buttons > button {
  font: inherit; font-size: .78em; color: var(--quiet); background: none; border: 1px solid var(--line);
  border-radius: 999px; padding: .2em .9em; cursor: pointer;
}
#buttons > button:hover { color: var(--text); border-color: var(--quiet); }
#buttons > [hidden] { display: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.cell { margin: 1.1em 0; }
.text > :first-child { margin-top: 0; }
details { margin: .5em 0; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); overflow: hidden; }
summary {
  cursor: pointer; list-style: none; display: flex; gap: .7em; align-items: baseline; padding: .3em .8em;
  color: var(--quiet); font: .78em/1.7 var(--mono);
}
summary::-webkit-details-marker { display: none; }
summary::before { content: "▸"; transition: transform .12s; }
details[open] > summary::before { transform: rotate(90deg); }
summary .first { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
details[open] > summary .first { visibility: hidden; }
details > pre { padding: 2px 14px 12px; }
.interplay-result { overflow-x: auto; }
.interplay-result > :not(summary) { margin-left: 12px; margin-right: 12px; }
.output { margin: .7em 0; overflow-x: auto; }
.output > pre { font-size: .82em; line-height: 1.45; }
.stderr, .error { border-radius: 8px; padding: 10px 14px; }
.stderr { background: var(--warn); }
.error { background: var(--error); border-left: 3px solid var(--red); }
table { border-collapse: collapse; font-size: .88em; font-variant-numeric: tabular-nums; margin: .4em 0; }
caption { font-weight: 600; padding: 0 0 .4em; }
th, td { padding: .28em .8em; text-align: left; vertical-align: top; }
th { border-bottom: 1.5px solid var(--quiet); font-weight: 600; }
td { border-bottom: 1px solid var(--line); }
.text table { display: block; overflow-x: auto; margin: 1em 0; }
.interplay-figure { width: 100%; }
.interplay-figure > img, .print-only { width: 100%; }
.print-only { display: none; }
progress { accent-color: var(--accent); }
.comment { color: var(--quiet); font-style: italic; }
.string { color: var(--green); }
.number { color: var(--blue); }
.keyword { color: var(--magenta); }
.ansi-bold { font-weight: 700; }
.ansi-dim { opacity: .7; }
.ansi-italic { font-style: italic; }
.ansi-underline { text-decoration: underline; }
.ansi-black, .ansi-white { color: var(--quiet); }
.ansi-red { color: var(--red); }
.ansi-green { color: var(--green); }
.ansi-yellow { color: var(--yellow); }
.ansi-blue { color: var(--blue); }
.ansi-magenta { color: var(--magenta); }
.ansi-cyan { color: var(--cyan); }
@media (max-width: 600px) {
  body { font-size: 16px; }
  main { padding: 52px 14px 48px; }
  #buttons { right: 14px; }
  h1 { font-size: 1.6em; }
  th, td { padding: .28em .5em; }
}
@media print {
  :root { color-scheme: light; }
  @page { margin: 18mm 16mm; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  #buttons, .printable > .interplay-figure { display: none !important; }
  .print-only { display: block; }
  pre, .output > pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  details.code:not([open]) { display: none; }
  .interplay-result::details-content { content-visibility: visible; }
  details, .output, tr, img, .frac { break-inside: avoid; }
  h1, h2, h3 { break-after: avoid; }
  a { color: inherit; }
}
`;
