import { type Html, html } from './html';
import { ticks } from './ticks';

/** A line of a chart; drawn in the colour and dashes of its place in the list. */
export interface Series {
  name: string;
  points: readonly { x: number; y: number }[];
}

export interface LineChart {
  title: string;
  /** Beneath the x axis. */
  xLabel: string;
  series: readonly Series[];
  /** Text of a value. */
  format: (value: number) => string;
  /** A vertical line with a word on it. */
  marker?: { x: number; label: string };
  /** Ends of the y axis, where the data do not decide them. */
  yMin?: number;
  yMax?: number;
}

const width = 400;
const height = 240;
const plot = { left: 48, right: width - 12, top: 16, bottom: height - 40 };
/** More points than these get no dot, or no text of their own. */
const mostDots = 40;
const mostTitles = 300;

/** A figure with one chart; its text alternative gives first, last and best values. Points show theirs on hover. */
export function lineChart(chart: LineChart): Html {
  const { title, series, xLabel, format } = chart;
  const all = series.flatMap(({ points }) => points);
  const xDomain = domainOf(all.map(({ x }) => x));
  const [yMin, yMax] = domainOf(all.map(({ y }) => y));
  const yTicks = ticks(chart.yMin ?? yMin, chart.yMax ?? yMax, 5);
  const yDomain: Domain = [yTicks[0] ?? 0, yTicks.at(-1) ?? 1];
  const xAt = (x: number) => place(x, xDomain, plot.left, plot.right);
  const yAt = (y: number) => place(y, yDomain, plot.bottom, plot.top);
  const xTicks = ticks(...xDomain, 6).filter((x) => Number.isInteger(x) && x >= xDomain[0] && x <= xDomain[1]);
  const shown = xTicks.length > 0 ? xTicks : [xDomain[0]];
  return html`<figure class="chart">
<figcaption>${title}${series.length > 1 && legend(series)}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${altText(chart)}">
<g class="grid">${yTicks.map((y) => html`<line x1="${plot.left}" x2="${plot.right}" y1="${yAt(y)}" y2="${yAt(y)}"/>`)}</g>
<g class="axis" text-anchor="end">${yTicks.map((y) => html`<text x="${plot.left - 6}" y="${yAt(y) + 4}">${format(y)}</text>`)}</g>
<g class="axis" text-anchor="middle">${shown.map((x) => html`<text x="${xAt(x)}" y="${plot.bottom + 16}">${x}</text>`)}
<text x="${(plot.left + plot.right) / 2}" y="${height - 6}">${xLabel}</text></g>
${chart.marker !== undefined && marker(chart.marker, xAt)}
${series.map((one, index) => line(one, index, { ...chart, xAt, yAt }))}
</svg></figure>`;
}

type Domain = [number, number];

/** Not by `Math.min(...values)`: of a long run there are more than a call takes. */
function domainOf(values: readonly number[]): Domain {
  return values.reduce<Domain>(
    ([min, max], value) => [Math.min(min, value), Math.max(max, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

/** Where a value lies between two pixels; in the middle where the domain is one value. */
function place(value: number, [min, max]: Domain, from: number, to: number): number {
  const share = max === min ? 0.5 : (value - min) / (max - min);
  return Number((from + share * (to - from)).toFixed(1));
}

function line(
  { name, points }: Series,
  index: number,
  { xAt, yAt, xLabel, format }: Pick<LineChart, 'xLabel' | 'format'> & Record<'xAt' | 'yAt', (v: number) => number>,
): Html {
  const path = points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${xAt(x)} ${yAt(y)}`).join('');
  const dot = points.length <= mostDots ? 'dot' : 'dot hidden';
  const dots = points.length > mostTitles ? [] : points;
  return html`<g class="series s${index + 1}"><path d="${path}"/>
${dots.map(
  ({ x, y }) =>
    html`<g class="${dot}"><circle class="target" cx="${xAt(x)}" cy="${yAt(y)}" r="7"><title>${xLabel} ${x}: ${name} ${format(y)}</title></circle><circle cx="${xAt(x)}" cy="${yAt(y)}" r="2.5"/></g>`,
)}</g>`;
}

function marker({ x, label }: { x: number; label: string }, xAt: (x: number) => number): Html {
  const at = xAt(x);
  const isRight = at > (plot.left + plot.right) / 2;
  return html`<g class="marker"><line x1="${at}" x2="${at}" y1="${plot.top - 6}" y2="${plot.bottom}"/>
<text x="${at + (isRight ? -4 : 4)}" y="${plot.top - 4}" text-anchor="${isRight ? 'end' : 'start'}">${label}</text></g>`;
}

function legend(series: readonly Series[]): Html {
  return html` <span class="legend">${series.map(
    ({ name }, index) =>
      html`<span class="s${index + 1}"><svg viewBox="0 0 24 8" aria-hidden="true"><path d="M0 4H24"/></svg>${name}</span>`,
  )}</span>`;
}

function altText({ title, series, xLabel, format }: LineChart): string {
  const lines = series.map(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last) return '';
    return `${name} from ${format(first.y)} at ${xLabel} ${first.x} to ${format(last.y)} at ${xLabel} ${last.x}`;
  });
  return `${title}: ${lines.join('; ')}`;
}
