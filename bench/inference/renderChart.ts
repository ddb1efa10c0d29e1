import { Html, html } from '../../dist/report/html';
import { clipSize } from '../harness/format';
import { engines } from './engines';
import type { CpuCaseResult } from './results';
import { type Standing, standings } from './summaries';

const width = 760;
const rowHeight = 18;
const titleHeight = 34;
const margin = { left: 290, right: 132, top: 44, bottom: 12 };

const style = `text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:#1b2230}
.title{font-weight:600}.own{fill:#2563c9}.peer{fill:#8a93a5}.spread{stroke:#1b2230}.page{fill:#fff}
@media (prefers-color-scheme:dark){text{fill:#e7ebf2}.own{fill:#74a9ff}.peer{fill:#76819a}.spread{stroke:#e7ebf2}.page{fill:#11151c}}`;

/** Bars of time relative to Kinetorch's, case by case, with a line from the lowest to the highest round. */
export function renderChart(all: readonly CpuCaseResult[]): string {
  const groups = all
    .map((one) => ({ one, rows: standings(one).filter(({ ratio }) => ratio !== null) }))
    .filter(({ rows }) => rows.length > 1);
  const largest = Math.max(1, ...groups.flatMap(({ rows }) => rows.map(({ ratio }) => ratio?.max ?? 1)));
  const scale = (width - margin.left - margin.right) / largest;
  let y = margin.top;
  const drawn = groups.map(({ one, rows }) => {
    const top = y;
    y += titleHeight + rows.length * rowHeight;
    return drawGroup(one, rows, top, scale);
  });
  const height = y + margin.bottom;
  const svg = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Time of each engine relative to Kinetorch’s">
<style>${new Html(style)}</style><rect class="page" width="${width}" height="${height}"/>
<text class="title" x="12" y="22">Time relative to Kinetorch’s: shorter is faster; lines from the lowest round to the highest</text>
${drawn}
</svg>
`;
  return svg.toString();
}

function drawGroup(one: CpuCaseResult, rows: readonly Standing[], top: number, scale: number): Html {
  const batch = `${one.batch} ${one.batch === 1 ? 'clip' : 'clips'}`;
  return html`<text class="title" x="12" y="${top + 22}">${one.network}, ${clipSize(one.clip)}, ${batch}</text>
${rows.map((row, index) => drawBar(row, top + titleHeight + index * rowHeight, scale))}`;
}

function drawBar({ result, ratio, time }: Standing, y: number, scale: number): Html {
  const { median, min, max } = ratio ?? { median: 1, min: 1, max: 1 };
  const x = (value: number) => (margin.left + value * scale).toFixed(1);
  const middle = y + rowHeight / 2 - 2;
  const line = max > min && html`<line class="spread" x1="${x(min)}" x2="${x(max)}" y1="${middle}" y2="${middle}"/>`;
  return html`<text x="${margin.left - 8}" y="${y + 11}" text-anchor="end">${engines[result.engine].title}</text>
<rect class="${result.engine === 'kinetorch' ? 'own' : 'peer'}" x="${margin.left}" y="${y}" width="${(median * scale).toFixed(1)}" height="${rowHeight - 4}"/>${line}
<text x="${Number(x(Math.max(median, max))) + 6}" y="${y + 11}">${median.toFixed(2)}× · ${time.median.toFixed(time.median < 100 ? 1 : 0)} ms</text>`;
}
