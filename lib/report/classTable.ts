import { formatCount, percentOrDash } from '../base/format';
import type { ClassMetrics, Evaluation } from '../evaluation/types';
import { type Html, html } from './html';

/** A row and a bar for every class, the worst first. */
export function classTable({ metrics }: Evaluation): Html {
  const rows: readonly (ClassMetrics & { averagePrecision?: number | null })[] = metrics.classes;
  const isMultiLabel = metrics.task === 'multiLabel';
  const sorted = [...rows].sort((a, b) => (a.recall ?? 2) - (b.recall ?? 2) || b.support - a.support);
  return html`<section id="classes"><h2>Classes</h2>
<p class="note">Accuracy is the share of a class's videos that were found (recall); precision the share of the videos
taken for it that are it. The worst come first.</p>
<div class="scroll"><table class="bars">
<thead><tr><th scope="col">class</th><th scope="col">videos</th><th scope="col" class="wide">accuracy</th><th scope="col">precision</th>
<th scope="col">F1</th>${isMultiLabel && html`<th scope="col">average precision</th>`}</tr></thead>
<tbody>${sorted.map(
    ({
      label,
      support,
      recall,
      precision,
      f1,
      averagePrecision,
    }) => html`<tr><th scope="row">${label}</th><td>${formatCount(support)}</td>
<td class="wide"><div class="meter" style="--share:${(recall ?? 0).toFixed(4)}"><span>${percentOrDash(recall)}</span></div></td>
<td>${percentOrDash(precision)}</td><td>${percentOrDash(f1)}</td>${
      isMultiLabel && html`<td>${percentOrDash(averagePrecision ?? null)}</td>`
    }</tr>`,
  )}</tbody></table></div></section>`;
}
