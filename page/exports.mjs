import { byId, element } from './dom.mjs';
import { showError } from './messages.mjs';

/** @typedef {import('./results.mjs').Span} Span */
/** @typedef {import('./workbench.mjs').Workbench} Workbench */

/**
 * What was seen, for other programs: CSV and the clipboard have the rows of the table, JSON all there is.
 * @param {Workbench} bench
 * @param {() => string} nameOf the name of the video's file
 */
export function listenToExports(bench, nameOf) {
  const base = () => nameOf().replace(/\.[^.]+$/, '');
  byId('csv').addEventListener('click', () => download(`${base()}.csv`, 'text/csv', csvOf(bench.table.rows)));
  byId('json').addEventListener('click', () => {
    if (bench.run !== null) download(`${base()}.json`, 'application/json', jsonOf(nameOf(), bench.run));
  });
  byId('copy').addEventListener('click', async () => {
    try {
      await copy(tabsOf(bench.table.rows));
    } catch (error) {
      showError(error);
      return;
    }
    byId('copy').textContent = 'Copied';
    byId('told').textContent = 'Copied';
    setTimeout(() => {
      byId('copy').textContent = 'Copy';
    }, 1500);
  });
}

/** @param {string} file @param {import('./run.mjs').Run} run */
function jsonOf(file, { query, summary, results }) {
  const segments = results.spans.map(({ label, start, end, score }) => ({
    label,
    startSeconds: start,
    endSeconds: end,
    score,
  }));
  const { video, warnings } = summary ?? {};
  const all = { file, options: query, video, warnings, segments, windows: results.windows };
  return `${JSON.stringify(all, null, 2)}\n`;
}

const columns = ['label', 'start_seconds', 'end_seconds', 'length_seconds', 'score'];

/** Rows as comma-separated values (RFC 4180). @param {Span[]} rows */
const csvOf = (rows) =>
  tableOf(rows, ',', (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text), '\r\n');

/** Rows as a spreadsheet takes them from the clipboard. @param {Span[]} rows */
const tabsOf = (rows) => tableOf(rows, '\t', (text) => text.replaceAll(/[\t\r\n]/g, ' '), '\n');

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
function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  element('a', { href: address, download: name }).click();
  // Once the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** @param {string} text */
async function copy(text) {
  // There is no clipboard for pages that came neither over https nor from this machine.
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = element('textarea', { class: 'unseen' });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
