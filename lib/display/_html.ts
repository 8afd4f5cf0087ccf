/**
 * The HTML of a figure: the static picture as an image, which survives untrusted notebooks and pages
 * without scripts, and a script that puts the interactive plot in its place once plotly.js is there.
 *
 * @module
 */

import { deflateRawSync } from "node:zlib";
import { escapeHtml } from "../core/table.ts";
import { fingerprint } from "./_text.ts";

/**
 * Runs in the page. `id` names the figure's element, `packed` is the plotly JSON, deflated and in
 * base64, which keeps a figure small and lets nothing in it end the script.
 *
 * It looks for `Plotly` every 100 ms for 30 s, and once more whenever the library announces itself
 * (event "interplay:plotly"), so an output that comes late is still used. If anything fails, the
 * picture stays. What is hidden, in a tab behind another or while JupyterLab changes its theme, is drawn
 * once it is seen: before that no text has a size, and a subtitle would lie on its title. Light or dark:
 * JupyterLab's attribute, VS Code's, else the first opaque background around the figure, else the
 * system's preference if the page follows it.
 */
const SCRIPT = `(async(id,packed)=>{
const box=document.querySelector("#"+id+":not([data-drawn])");
if(!box||!window.DecompressionStream)return;
box.dataset.drawn="waiting";
const found=()=>window.Plotly;
if(!found())await new Promise(done=>{
let left=300;
const timer=setInterval(()=>{if(found()||!--left){clearInterval(timer);found()&&done()}},100);
addEventListener("interplay:plotly",()=>{clearInterval(timer);done()},{once:true})});
const bytes=Uint8Array.from(atob(packed),c=>c.charCodeAt(0));
const stream=new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
const {data,layout,config}=await new Response(stream).json();
if(!box.offsetWidth)await new Promise(done=>{
const seen=new ResizeObserver(()=>{if(box.offsetWidth){seen.disconnect();done()}});
seen.observe(box)});
let grown=0;
const body=document.body,root=document.documentElement,media=matchMedia("(prefers-color-scheme: dark)");
const dark=()=>{
if(body.dataset.jpThemeLight)return body.dataset.jpThemeLight==="false";
if(body.dataset.vscodeThemeKind)return /dark|contrast$/.test(body.dataset.vscodeThemeKind);
for(let e=box;e;e=e.parentElement){
const c=(getComputedStyle(e).backgroundColor.match(/[\\d.]+/g)||[]).map(Number);
if(c.length>2&&c[3]!==0)return c[0]*.3+c[1]*.6+c[2]*.1<110}
return media.matches&&/dark/.test(getComputedStyle(root).colorScheme)};
const themed=()=>{
const on=dark(),axis={linecolor:on?"#777":"#999",tickcolor:on?"#777":"#999"};
const {height,...rest}=layout;
return{...rest,autosize:true,margin:{...layout.margin,b:layout.margin.b+grown},template:{layout:{
font:{color:on?"#e3e3e3":"#222"},paper_bgcolor:"rgba(0,0,0,0)",plot_bgcolor:"rgba(0,0,0,0)",
modebar:{bgcolor:"rgba(0,0,0,0)",color:"#888",activecolor:on?"#ddd":"#333"},
hoverlabel:{bgcolor:on?"#2a2a2a":"#fff",font:{color:on?"#eee":"#222"}},xaxis:axis,yaxis:axis}}}};
const plot=document.createElement("div");
const {legend,fit}=layout.meta;
plot.style.cssText="width:100%;image-rendering:pixelated";
if(fit)plot.style.maxWidth=fit.width+"px";
box.append(plot);
const tall=()=>plot.style.height=layout.height+grown-(fit?Math.max(0,fit.width-plot.offsetWidth)*fit.shrink:0)+"px";
tall();
try{await Plotly.newPlot(plot,data,themed(),config)}catch(e){plot.remove();throw e}
const image=box.querySelector("img");
image&&image.remove();
box.dataset.drawn="plot";
let was=dark();
const follow=()=>{if(plot.offsetWidth&&dark()!==was){was=!was;return Plotly.react(plot,plot.data,{...themed()},config)}};
const size=async()=>{
if(!plot.offsetWidth)return;
await follow();
tall();
await Plotly.Plots.resize(plot);
const bg=plot.querySelector(".legend .bg"),more=bg?Math.max(0,Math.ceil(bg.getBoundingClientRect().height)-legend):0;
if(more!==grown){grown=more;tall();await Plotly.relayout(plot,{"margin.b":layout.margin.b+grown})}};
new ResizeObserver(size).observe(box);
media.addEventListener("change",follow);
for(const e of[body,root])new MutationObserver(follow).observe(e,{attributes:true});
})`;

/** What {@linkcode figureHtml} shows. */
export interface FigureParts {
  /** The static picture. */
  readonly svg: string;
  /** What a screen reader says. */
  readonly description: string;
  /** The plotly JSON. */
  readonly json: string;
  /** How many figures have been shown before; part of the id. */
  readonly count: number;
}

function base64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}

/** One figure as a `<div>`. */
export function figureHtml(parts: FigureParts): string {
  const id = `interplay-figure-${parts.count}-${fingerprint(parts.json)}`;
  const label = escapeHtml(parts.description);
  const packed = deflateRawSync(parts.json, { level: 9 }).toString("base64");
  return [
    `<div id="${id}" class="interplay-figure" role="img" aria-label="${label}" style="max-width:960px">`,
    `<img alt="${label}" style="max-width:100%;height:auto" src="data:image/svg+xml;base64,${
      base64(parts.svg)
    }">`,
    `<script>${SCRIPT}("${id}","${packed}")</script>`,
    `</div>`,
  ].join("\n");
}
