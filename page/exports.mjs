import { element } from './dom.mjs';

/** @typedef {import('./results.mjs').Span} Span */

const columns = ['label', 'start_seconds', 'end_seconds', 'length_seconds', 'score'];

/** Rows as comma-separated values (RFC 4180). @param {Span[]} rows */
export const csvOf = (rows) =>
  tableOf(rows, ',', (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text), '\r\n');

/** Rows as a spreadsheet takes them from the clipboard. @param {Span[]} rows */
export const tabsOf = (rows) => tableOf(rows, '\t', (text) => text.replaceAll(/[\t\r\n]/g, ' '), '\n');

/** @param {Span[]} rows @param {string} between @param {(text: string) => string} quoted @param {string} end */
function tableOf(rows, between, quoted, end) {
  const lines = rows.map(({ label, start, end: until, score }) => [
    quoted(harmless(label)),
    ...[start, until, until - start].map((seconds) => seconds.toFixed(3)),
    score.toFixed(4),
  ]);
  return [columns, ...lines].map((line) => line.join(between) + end).join('');
}

/** A spreadsheet would compute what begins like a formula. @param {string} label */
const harmless = (label) => (/^[=+\-@\t\r]/.test(label) ? `'${label}` : label);

/** @param {string} name @param {string} type @param {string} text */
export function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  element('a', { href: address, download: name }).click();
  // Once the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** @param {string} text */
export async function copy(text) {
  // There is no clipboard for pages that came neither over https nor from this machine.
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = element('textarea', { class: 'unseen' });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
