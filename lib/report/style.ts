/** The page's style sheet: light and dark by the reader's setting, one column on a phone, and fit to be printed. */
export const style = `
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--text:#1b2230;--faint:#5b6577;--line:#dfe3ea;--grid:#e8ebf0;
--one:#2563c9;--two:#c2570c;--three:#8a93a5;--right:37 99 201;--wrong:203 70 22;--alert:#a33a0a;--shadow:0 1px 2px rgb(16 24 40/.06)}
@media (prefers-color-scheme:dark){:root{--page:#11151c;--card:#1a2029;--text:#e7ebf2;--faint:#a0abbd;--line:#2d3643;--grid:#28303c;
--one:#74a9ff;--two:#ffa45c;--three:#76819a;--right:86 148 255;--wrong:255 128 66;--alert:#ffb088;--shadow:none}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:3.5rem}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
-webkit-text-size-adjust:100%}
nav{position:sticky;top:0;z-index:1;display:flex;gap:.25rem;overflow-x:auto;padding:.5rem max(1rem,calc((100vw - 1200px)/2));
background:var(--card);border-bottom:1px solid var(--line)}
nav a{flex:none;padding:.25rem .6rem;border-radius:6px;color:var(--faint);text-decoration:none}
nav a:hover,nav a:focus-visible{background:var(--page);color:var(--text)}
main{max-width:1200px;margin:0 auto;padding:1.5rem 1rem}
section{margin:0 0 2.5rem}
h1{margin:0 0 .25rem;font-size:1.75rem;line-height:1.2}
h2{margin:0 0 .5rem;font-size:1.25rem}
.lead{margin:0 0 1.25rem;max-width:70ch}
.note{margin:0 0 1rem;max-width:75ch;color:var(--faint)}
.faint{color:var(--faint)}
.path{overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:.75rem}
.tile,.chart,article,.columns,details,.scroll{background:var(--card);border:1px solid var(--line);border-radius:10px;box-shadow:var(--shadow)}
.tile{padding:.75rem 1rem}
.tile span,.tile small{display:block;color:var(--faint)}
.tile b{display:block;font-size:1.5rem;white-space:nowrap;line-height:1.3;font-variant-numeric:tabular-nums}
.tile.alert b,.warnings{color:var(--alert)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,330px),1fr));gap:.75rem;margin-bottom:1rem}
.chart{margin:0;padding:.75rem}
.chart figcaption{display:flex;flex-wrap:wrap;gap:0 1rem;justify-content:space-between;font-weight:600}
.chart>svg{display:block;width:100%;height:auto}
.chart .legend{display:flex;justify-content:flex-start;flex-wrap:wrap;gap:0 1rem;font-weight:400;color:var(--faint)}
.legend svg{width:24px;height:8px;margin-right:.35rem;vertical-align:middle}
.swatch::before{content:"";display:inline-block;width:.8em;height:.8em;margin-right:.35rem;border-radius:2px;background:var(--one)}
.swatch.gap::before{background:rgb(var(--wrong)/.3);outline:1px solid rgb(var(--wrong))}
.swatch.count::before{background:var(--three)}
svg text{font-size:11.5px;fill:var(--faint)}
.grid line{stroke:var(--grid)}
.series path,.legend path{fill:none;stroke-width:2;stroke-linejoin:round}
.s1 path{stroke:var(--one)}.s2 path{stroke:var(--two);stroke-dasharray:6 3}
.s1 .dot circle{fill:var(--one)}.s2 .dot circle{fill:var(--two)}
.dot.hidden circle{opacity:0}.dot:hover circle{opacity:1}
.dot .target,.dot:hover .target{opacity:0}
.marker line{stroke:var(--faint);stroke-dasharray:2 3}
.beside{display:grid;grid-template-columns:minmax(260px,380px) minmax(0,1fr);gap:.75rem;align-items:start}
.calibration .bar{fill:var(--one)}.calibration .gap{fill:rgb(var(--wrong)/.3);stroke:rgb(var(--wrong));stroke-width:.75}
.calibration .count{fill:var(--three)}.calibration .diagonal{stroke:var(--text);stroke-dasharray:5 4}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .75rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--grid)}
tbody tr:last-child>*{border-bottom:0}
thead th{color:var(--faint);font-weight:500}
th:first-child,th.text,td.text{text-align:left}
tbody th{font-weight:500}
td.text,tbody th{min-width:7rem;white-space:normal;overflow-wrap:break-word}
th.span{white-space:nowrap}
th.path,td.text{overflow-wrap:anywhere;min-width:12rem}
tr.best>*{background:rgb(var(--right)/.12)}
details{padding:0}
details summary{padding:.6rem 1rem;cursor:pointer}
details .scroll{border:0;border-top:1px solid var(--line);border-radius:0;box-shadow:none;max-height:70vh;overflow:auto}
.bars .wide{width:45%;text-align:left}
.meter{display:flex;align-items:center;gap:.6rem;min-width:170px}
.meter span{flex:none;width:3.6rem;text-align:right}
.meter::before{content:"";flex:1;height:.7rem;border-radius:3px;background:linear-gradient(var(--one),var(--one)) 0/calc(var(--share)*100%) 100% no-repeat var(--grid)}
.confusion{width:auto}
.fits{width:fit-content;max-width:100%;padding:.25rem}
.confusion td,.confusion th{padding:.3rem .5rem;text-align:center;border:0}
.confusion thead th{height:1px;vertical-align:bottom}
.confusion thead span{display:inline-block;writing-mode:vertical-rl;transform:rotate(180deg);max-height:12rem;overflow:hidden;text-overflow:ellipsis}
.confusion tbody th{min-width:0;position:sticky;left:0;z-index:0;max-width:12rem;text-align:right;background:var(--card);white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.confusion td{min-width:2.6rem;border:1px solid var(--card)}
.confusion thead td{border:0}
.confusion td.right{background:rgb(var(--right)/calc(.06 + var(--share)*.84))}
.confusion td.wrong{background:rgb(var(--wrong)/calc(var(--share)*.9))}
.confusion td.strong{color:var(--card);font-weight:600}
.zero{color:var(--three)}
.mistakes{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,360px),1fr));gap:.75rem}
article{padding:.75rem;overflow:hidden}
article p{margin:.5rem 0 0}
article p span{display:block}
.reconstructions{display:grid;gap:.75rem}
.reconstructions .frames{grid-template-columns:repeat(auto-fit,minmax(40px,1fr));margin-bottom:2px;border-radius:0}
.frames{display:grid;grid-template-columns:repeat(3,1fr);gap:2px;border-radius:6px;overflow:hidden}
.frames img{width:100%;height:auto;display:block}
b.wrong{color:rgb(var(--wrong))}
.columns{columns:2 340px;column-gap:2rem;padding:.5rem 1rem}
dl{margin:0}
dl div{display:flex;justify-content:space-between;gap:1rem;padding:.25rem 0;border-bottom:1px solid var(--grid);break-inside:avoid}
dt{color:var(--faint)}
dd{margin:0;text-align:right;overflow-wrap:anywhere}
footer{max-width:1200px;margin:0 auto;padding:0 1rem 2rem;color:var(--faint)}
@media (max-width:720px){.beside{grid-template-columns:1fr}th,td{padding:.35rem .5rem}.tiles{grid-template-columns:repeat(2,1fr)}}
@media print{:root{--page:#fff;--card:#fff;--text:#000;--faint:#444;--line:#ccc;--grid:#ddd;--one:#2563c9;--two:#c2570c;--three:#8a93a5;
--right:37 99 201;--wrong:203 70 22;color-scheme:light}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}nav,details{display:none}body{font-size:11px}
.chart,.tile,article,tr{break-inside:avoid}.scroll{overflow:visible}.charts{grid-template-columns:1fr 1fr}h2{break-after:avoid}}
`;
