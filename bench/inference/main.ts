/**
 * Inference against the other engines that run the same networks on a CPU: same weights, clips and threads, in turn.
 *
 *   npm run bench                                        every case
 *   npm run bench -- --cases r2plus1d_18 --engines kinetorch,torchscript --rounds 5
 *   npm run bench -- --resume                            only the cases that build/bench/results.json lacks
 *   npm run bench -- --report --write-docs               no measurement: the file's cases into docs/performance.md
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
import { renderResults } from './renderResults';
import { type CpuCaseResult, type Results, readResults } from './results';
import { setUp } from './setup';

const docs = resolve(__dirname, '..', '..', 'docs');
const order = cases.map(({ id }) => id);
/** Of logits against float64, relative to the largest logit. */
const tolerance = 1e-4;

async function main(flags: Flags): Promise<void> {
  const results = readResults(flags.resultsFile);
  if (!flags.reportOnly) await measureAll(flags, results);
  const chosen = flags.cases.map(({ id }) => id);
  console.log(renderResults(results, chosen));
  writeFileSync(join(workFolder, 'performance.svg'), renderChart(singles(results)));
  if (flags.writeDocs) {
    writeFileSync(join(docs, 'performance.svg'), renderChart(singles(results)));
    const picture = '![Time of each engine relative to Kinetorch’s, one clip a call](performance.svg)';
    writeDocument(
      join(docs, 'performance.md'),
      'npm run bench -- --write-docs',
      `${picture}\n\n${renderResults(results, order)}`,
    );
  }
  for (const id of chosen) complainAbout(results.cases[id]);
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
    if (error <= tolerance) continue;
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
