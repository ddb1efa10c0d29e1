import type { Spread } from './statistics';

/** Three digits that count, and no more than the whole number: `1,234`, `123`, `12.3`, `1.23`. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return Number(value.toPrecision(3)).toString();
}

/** `12.3 (11.9–13)`. */
export function spread({ median, min, max }: Spread, unit = ''): string {
  return `${digits(median)}${unit} (${digits(min)}–${digits(max)})`;
}

/** `1.94× (1.90–2.01)`. */
export function times({ median, min, max }: Spread): string {
  return `${median.toFixed(2)}× (${min.toFixed(2)}–${max.toFixed(2)})`;
}

export const percent = (share: number) => `${(share * 100).toFixed(1)}%`;
export const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
export const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20).toLocaleString('en-US')} MB`;
export const clipSize = ([frames, height, width]: readonly number[]) => `${frames}×${height}×${width}`;

/** A table in Markdown; columns after the first are aligned right. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = headings.map((_, index) => (index === 0 ? '---' : '--:'));
  return [line(headings), line(rule), ...rows.map(line)].join('\n');
}
