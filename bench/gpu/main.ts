/**
 * What scripts/gpu/check.sh runs once Kinetorch is built: tests, then measurements, until the time is up. Each part that
 * ends is in the file of results at once, with what went wrong in it; none stops the others.
 *
 *   npx tsx bench/gpu/main.ts --report FILE                 shows a file of results again
 *   npx tsx bench/gpu/main.ts --report FILE --write-docs    and keeps it in docs/results, its tables in docs/performance.md
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type PreparedNetwork, prepareNetwork } from '../harness/prepareNetwork';
import { writeResults } from '../harness/results';
import { writeDocument } from '../harness/writeDocument';
import { type GpuCase, type Network, planOf } from './cases';
import { Clock } from './clock';
import { Engines } from './engines';
import { type ReportFlags, type RunFlags, readFlags } from './flags';
import { measureAgreement } from './measureAgreement';
import { measureInference } from './measureInference';
import { measureServing } from './measureServing';
import { measureTraining } from './measureTraining';
import { Parts } from './parts';
import { problemOf } from './problemOf';
import { runKernelBench, runSuite, type Suite } from './programs';
import { renderDocument, renderSummary } from './renderResults';
import type { GpuInfo, Results, Step } from './results';
import { fileNameOf, newResults } from './resultsFile';

/** Distinct clips of a network; larger batches repeat them. */
const clips = 16;
/** What is left of the time goes to the cases in equal parts, but no case needs more, in seconds. */
const longestCase = 12;

async function measureAll(flags: RunFlags): Promise<void> {
  const { device, quick, python, logs } = flags;
  const clock = new Clock(flags.until * 1000);
  const plan = planOf(quick);
  const results = newResults(flags, readSteps(flags.steps));
  const parts = new Parts(results, clock, () => writeResults(join(flags.out, fileNameOf(results)), results));
  const engines = new Engines(python, device, clock);
  const onlyCuda = device === 'cuda' ? undefined : 'needs a GPU';

  await parts.run('machine', async () => {
    const text = execFileSync(python, [join(__dirname, 'peers', 'machine.py'), device], { encoding: 'utf8' });
    results.gpu = JSON.parse(text) as GpuInfo;
  });
  const tests = (suite: Suite, part: number) => () => runSuite(suite, device, logs, share(clock, part));
  await parts.tests('tests of the CUDA library', tests('library', 0.2), onlyCuda);
  await parts.tests('tests of the core', tests('core', 0.2), onlyCuda);
  await parts.tests('tests in JavaScript', tests('javascript', 0.3));
  await parts.tests('memcheck', tests('memcheck', 0.2), onlyCuda);
  const kernels = async () => {
    results.kernels = await runKernelBench(share(clock, 0.1));
  };
  await parts.run('kernels', kernels, onlyCuda);

  const prepared = new Map<Network, PreparedNetwork>();
  await parts.run('networks', async () => {
    const made = plan.networks.map(async (network) => {
      const preparation = { clips, onnx: false, camera: network.camera?.source };
      prepared.set(network, await prepareNetwork(network, python, preparation));
    });
    const failures = (await Promise.allSettled(made)).flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    if (failures.length > 0) throw new Error(failures.map(problemOf).join('\n'));
  });
  const networkOf = (network: Network) => {
    const found = prepared.get(network);
    if (!found || !results.gpu) throw new Error('the machine was not measured, or the network not made');
    return { network: found, gpu: results.gpu };
  };
  const measure = async (one: GpuCase, casesLeft: number) => {
    const { network, gpu } = networkOf(one.network);
    const seconds = Math.min(longestCase, clock.secondsLeft() / casesLeft);
    const { result, problems } = await measureInference(one, network, engines, gpu, clock, {
      rounds: plan.rounds,
      seconds,
    });
    if (result.engines.length > 0) results.inference.push(result);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  };
  const [first, ...others] = [...plan.networks];
  const casesOf = (network: Network) => plan.inference.filter((one) => one.network === network);
  let casesLeft = plan.inference.length * 2; // as long again for all that is no case
  const inference = async (network: Network) => {
    for (const one of casesOf(network)) await parts.run(one.id, () => measure(one, casesLeft--));
  };

  // The network that counts most, with everything about it, and then the others.
  await inference(first as Network);
  await parts.run('serving', async () => {
    const { network, gpu } = networkOf(plan.serving.network);
    results.serving = await measureServing(plan.serving, network, engines, gpu);
  });
  for (const one of plan.compiled) {
    await parts.run(`${one.id} compiled`, () => measure({ ...one, id: `${one.id} compiled` }, casesLeft));
  }
  engines.drop('compile');
  await parts.run('agreement', async () => {
    const { network } = networkOf(plan.agreement.network);
    results.agreement = await measureAgreement(plan.agreement, network, device, clock);
  });
  for (const [index, network] of others.entries()) {
    await inference(network);
    const training = plan.training[index];
    if (training === undefined) continue;
    engines.close(); // training needs the memory
    await parts.run(`training with ${training.optimizer}`, async () => {
      const settings = { device, python, quick, threads: quick ? 1 : results.machine.threads };
      results.training.push(await measureTraining(training, settings, clock));
    });
  }
  engines.close();
  console.log(renderSummary(results));
  process.exitCode = results.steps.some(({ ok }) => !ok) ? 1 : 0;
}

/** Of the time that is left, in seconds. */
function share(clock: Clock, part: number): number {
  return Math.round(clock.secondsLeft() * part);
}

function readSteps(path: string): Step[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Step);
}

function report({ report: path, writeDocs }: ReportFlags): void {
  const results = JSON.parse(readFileSync(path, 'utf8')) as Results;
  console.log(renderSummary(results));
  if (!writeDocs) return;
  if (results.quick || results.device !== 'cuda')
    throw new Error('a rehearsal is no result: it stays out of the documents');
  const docs = resolve(__dirname, '..', '..', 'docs');
  const file = fileNameOf(results);
  writeResults(join(docs, 'results', file), results);
  writeDocument(join(docs, 'performance.md'), 'bench/gpu', renderDocument(results, `results/${file}`));
}

Promise.resolve(process.argv.slice(2))
  .then(readFlags)
  .then((flags) => ('report' in flags ? report(flags) : measureAll(flags)))
  .catch((error: Error) => {
    console.error(`✘ ${error.message}`);
    process.exitCode = 1;
  });
