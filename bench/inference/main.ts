/**
 * Inference against the other engines that run the same networks on a CPU: same weights, clips and threads, in turn.
 *
 *   npm run bench                                        every case
 *   npm run bench -- --cases r2plus1d_18 --engines kinetorch,torchscript --rounds 5
 *   npm run bench -- --resume                            only the cases that build/bench/results.json lacks
 *   npm run bench -- --report --write-docs               no measurement: the file's cases into the documents
 *
 * After each case its results are in build/bench/results.json, beside the chart performance.svg; with --engines,
 * --rounds or --threads they are in trial.json instead.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeResults } from '../harness/results';
import { workFolder } from '../harness/workFolder';
import { writeDocument } from '../harness/writeDocument';
import { cases } from './cases';
import { engines } from './engines';
import { type Flags, readFlags, usage } from './flags';
import { measureCase } from './measureCase';
import { renderChart } from './renderChart';
import { renderReadme, renderResults } from './renderResults';
import { type CpuCaseResult, type Results, readResults } from './results';
import { setUp } from './setup';

const root = resolve(__dirname, '..', '..');
const order = cases.map(({ id }) => id);
/** Of logits against float64, relative to the largest logit. */
const tolerance = 1e-4;

async function main(flags: Flags): Promise<void> {
  const results = readResults(flags.resultsFile);
  if (!flags.reportOnly) await measureAll(flags, results);
  const chosen = flags.cases.map(({ id }) => id);
  console.log(renderResults(results, chosen));
  writeFileSync(join(workFolder, 'performance.svg'), renderChart(singles(results)));
  if (flags.writeDocs) writeDocuments(results);
  for (const id of chosen) complainAbout(results.cases[id]);
}

/** docs/performance.md with its chart, and the README's share of it. */
function writeDocuments(results: Results): void {
  const command = 'npm run bench -- --write-docs';
  const picture = '![Time of each engine relative to Kinetorch’s, one clip a call](performance.svg)';
  writeFileSync(join(root, 'docs', 'performance.svg'), renderChart(singles(results)));
  writeDocument(join(root, 'docs', 'performance.md'), command, `${picture}\n\n${renderResults(results, order)}`);
  writeDocument(join(root, 'README.md'), command, renderReadme(results, order));
}

async function measureAll(flags: Flags, results: Results): Promise<void> {
  const open = flags.cases.filter(({ id }) => !(flags.resume && results.cases[id]));
  if (open.length === 0) return;
  const peers = await setUp(flags.python);
  for (const [index, one] of open.entries()) {
    console.error(`${index + 1}/${open.length} ${one.id}`);
    results.cases[one.id] = await measureCase(one, peers, flags);
    writeResults(flags.resultsFile, results);
  }
}

/** What the chart shows: single clips. */
function singles(results: Results): CpuCaseResult[] {
  return order.flatMap((id) => results.cases[id] ?? []).filter(({ kind, batch }) => kind === 'latency' && batch === 1);
}

/** Where engines disagree, their times are not of the same work. */
function complainAbout(one: CpuCaseResult | undefined): void {
  for (const { engine, error } of one?.engines ?? []) {
    if (error <= tolerance || engines[engine].precision) continue;
    console.error(`✘ ${one?.id}: logits of ${engines[engine].title} are ${error.toExponential(1)} off float64's`);
    process.exitCode = 1;
  }
}

Promise.resolve(process.argv.slice(2))
  .then(readFlags)
  .then((flags) => (flags === null ? console.log(usage) : main(flags)))
  .catch((error: Error) => {
    console.error(`✘ ${error.message}`);
    process.exitCode = 1;
  });
