import { formatCount, percent } from '../base/format';
import { type Html, html } from './html';

/** Up to this many classes the whole matrix can be taken in; beyond, its largest entries say more. */
const mostClasses = 30;
const mostPairs = 30;

/** The confusion matrix, its cells shaded by their share of the row; of very many classes the most frequent mix-ups. */
export function confusionTable(labels: readonly string[], confusion: readonly (readonly number[])[]): Html {
  const body = labels.length <= mostClasses ? matrix(labels, confusion) : pairs(labels, confusion);
  return html`<section id="confusion"><h2>Confusion matrix</h2>${body}</section>`;
}

function matrix(labels: readonly string[], confusion: readonly (readonly number[])[]): Html {
  return html`<p class="note">A row for each class; the columns are what its videos were taken for. The right ones are on
the diagonal. Shades show shares of the row.</p>
<div class="scroll fits"><table class="confusion">
<thead><tr><td></td>${labels.map((label) => html`<th scope="col"><span>${label}</span></th>`)}</tr></thead>
<tbody>${labels.map((label, row) => {
    const cells = confusion[row] ?? [];
    const total = cells.reduce((sum, cell) => sum + cell, 0);
    return html`<tr><th scope="row">${label}</th>${cells.map((cell, column) => {
      const share = total === 0 ? 0 : cell / total;
      const kind = `${row === column ? 'right' : 'wrong'}${share > 0.8 ? ' strong' : ''}`;
      const title = `${label} taken for ${labels[column] ?? ''}: ${formatCount(cell)} of ${formatCount(total)} (${percent(share)})`;
      return html`<td class="${kind}" style="--share:${share.toFixed(3)}" title="${title}">${cell === 0 ? html`<span class="zero">0</span>` : formatCount(cell)}</td>`;
    })}</tr>`;
  })}</tbody></table></div>`;
}

function pairs(labels: readonly string[], confusion: readonly (readonly number[])[]): Html {
  const found = confusion
    .flatMap((cells, row) => {
      const total = cells.reduce((sum, cell) => sum + cell, 0);
      return cells.map((videos, column) => ({ row, column, videos, share: total === 0 ? 0 : videos / total }));
    })
    .filter(({ row, column, videos }) => row !== column && videos > 0)
    .sort((a, b) => b.videos - a.videos)
    .slice(0, mostPairs);
  if (found.length === 0) return html`<p>No video was taken for another class.</p>`;
  return html`<p class="note">${labels.length} classes are too many to show all of it: these are the most frequent mix-ups.</p>
<div class="scroll"><table><thead><tr><th scope="col">class</th><th scope="col" class="text">taken for</th><th scope="col">videos</th><th scope="col">of the class</th></tr></thead>
<tbody>${found.map(
    ({ row, column, videos, share }) =>
      html`<tr><th scope="row">${labels[row] ?? ''}</th><td class="text">${labels[column] ?? ''}</td><td>${formatCount(videos)}</td><td>${percent(share)}</td></tr>`,
  )}</tbody></table></div>`;
}
