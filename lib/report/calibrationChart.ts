import { formatCount, percent } from '../base/format';
import type { Calibration } from '../evaluation/types';
import { type Html, html } from './html';

const side = 240;
const left = 48;
const top = 12;
const histogram = { top: top + side + 12, height: 48 };
const height = histogram.top + histogram.height + 44;
const width = left + side + 24;
const marks = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Reliability diagram: accuracy of each bin of confidence against the diagonal, and how many videos are in each. */
export function calibrationChart({ error, bins }: Calibration): Html {
  const most = Math.max(...bins.map((bin) => bin.count));
  const x = (share: number) => Number((left + share * side).toFixed(1));
  const y = (share: number) => Number((top + (1 - share) * side).toFixed(1));
  const bars = bins.map(({ from, to, count: videos, confidence, accuracy }) => {
    if (confidence === null || accuracy === null) return null;
    const gap = [Math.min(accuracy, confidence), Math.max(accuracy, confidence)] as const;
    const text = `confidence ${percent(from)}–${percent(to)}: ${formatCount(videos)} videos, accuracy ${percent(accuracy)}, mean confidence ${percent(confidence)}`;
    const high = (videos / most) * histogram.height;
    const [barX, barWidth] = [x(from) + 1, x(to) - x(from) - 2];
    return html`<g><title>${text}</title>
<rect class="bar" x="${barX}" width="${barWidth}" y="${y(accuracy)}" height="${y(0) - y(accuracy)}"/>
<rect class="gap" x="${barX}" width="${barWidth}" y="${y(gap[1])}" height="${y(gap[0]) - y(gap[1])}"/>
<rect class="count" x="${barX}" width="${barWidth}" y="${histogram.top + histogram.height - high}" height="${high}"/></g>`;
  });
  const bottom = histogram.top + histogram.height;
  const alt = `Reliability diagram: expected calibration error ${percent(error)}; the table below has the bins`;
  return html`<svg class="calibration" viewBox="0 0 ${width} ${height}" role="img" aria-label="${alt}">
<g class="grid">${marks.map((mark) => html`<line x1="${x(0)}" x2="${x(1)}" y1="${y(mark)}" y2="${y(mark)}"/>`)}
<line x1="${x(0)}" x2="${x(1)}" y1="${bottom}" y2="${bottom}"/></g>
${bars}
<line class="diagonal" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>
<g class="axis" text-anchor="end">${marks.map((mark) => html`<text x="${left - 6}" y="${y(mark) + 4}">${mark * 100}%</text>`)}
<text x="${left - 6}" y="${bottom - histogram.height + 8}">${formatCount(most)}</text><text x="${left - 6}" y="${bottom + 4}">0</text></g>
<g class="axis" text-anchor="middle">${marks.map((mark) => html`<text x="${x(mark)}" y="${bottom + 16}">${mark * 100}%</text>`)}
<text x="${x(0.5)}" y="${height - 6}">confidence of the first choice</text></g>
</svg>`;
}
