import { clipSize } from '../harness/format';
import { explainRoofline } from './renderRoofline';
import { caseTable, provenance, reducedTable, rooflineTable, servingTable, summaryTable } from './renderTables';
import type { CpuCaseResult, Results } from './results';

/** What stands in the README too. */
export function renderReadme(results: Results, order: readonly string[]): string {
  const all = order.flatMap((id) => results.cases[id] ?? []);
  return [provenance(results, all), renderGlance(all)].join('\n\n');
}

function renderGlance(all: readonly CpuCaseResult[]): string {
  return summaryTable(all.filter(({ kind }) => kind === 'latency'));
}

/** Everything that a run found, as Markdown. */
export function renderResults(results: Results, order: readonly string[]): string {
  const all = order.flatMap((id) => results.cases[id] ?? []);
  const latency = all.filter(({ kind }) => kind === 'latency');
  const single = latency.filter(({ batch }) => batch === 1);
  const serving = all.filter(({ kind }) => kind === 'serving');
  const parts = [provenance(results, all)];
  if (latency.length > 0) parts.push('### At a glance', renderGlance(all), '### Case by case');
  parts.push(...latency.flatMap((one) => [caseTitle(one), caseTable(one)]));
  const reduced = all.filter(({ kind }) => kind === 'reduced');
  if (reduced.length > 0)
    parts.push('### int8 and bfloat16', ...reduced.flatMap((one) => [caseTitle(one), reducedTable(one)]));
  if (serving.length > 0) parts.push('### Saturated: many calls at once, batches of 8', servingTable(serving));
  if (single.length > 0) parts.push('### Roofline', rooflineTable(single), ...single.map(explainRoofline));
  return parts.join('\n\n');
}

function caseTitle({ network, clip, batch, engines }: CpuCaseResult): string {
  const rounds = Math.max(...engines.map((engine) => engine.latencyMs.length));
  return `#### \`${network}\`, ${clipSize(clip)}, ${batch} ${batch === 1 ? 'clip' : 'clips'} a call (${rounds} rounds)`;
}
