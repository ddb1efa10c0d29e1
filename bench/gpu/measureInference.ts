import { setTimeout as pause } from 'node:timers/promises';
import type { EngineProcess } from '../harness/engineProcess';
import { inTurn } from '../harness/inTurn';
import type { PreparedNetwork } from '../harness/prepareNetwork';
import { newResult, worstError } from '../harness/results';
import { median } from '../harness/statistics';
import type { GpuCase } from './cases';
import type { Clock } from './clock';
import { batchesWaiting, type Engines, engineTitles, type GpuEngine, loadTask } from './engines';
import type { GpuCaseResult, GpuEngineResult, GpuInfo } from './results';
import { rooflineOf } from './roofline';

/** Between two engines, in milliseconds. */
const rest = 100;
/** What an engine's round of each kind lasts, in milliseconds, at most; and runs, or batches, at least and at most. */
const longestRound = 800;
const [leastRuns, mostRuns, leastBatches, mostBatches] = [3, 300, 6, 3000];
/** Largest error of logits, relative to the largest of them: beyond it an engine does other work. */
const tolerance = 0.03;

interface Entrant {
  name: GpuEngine;
  process: EngineProcess;
  found: GpuEngineResult;
  runs: number;
  batches: number;
}

/**
 * The engines of a case in turn. One that cannot take part, or ceases to, is left out and named among the problems.
 *
 * @param seconds in which all rounds should be done
 */
export async function measureInference(
  one: GpuCase,
  prepared: PreparedNetwork,
  engines: Engines,
  gpu: GpuInfo,
  clock: Clock,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<{ result: GpuCaseResult; problems: string[] }> {
  const task = loadTask(one, prepared, engines.device);
  const problems: string[] = [];
  const entrants: Entrant[] = [];
  const lost = new Set<GpuEngine>();
  let firstLogits: number[][] | undefined;
  const roundMs = Math.min(longestRound, (seconds * 1000) / (rounds * one.engines.length * 2));
  const attempt = async (name: GpuEngine, work: () => Promise<void>) => {
    if (lost.has(name)) return;
    try {
      await work();
    } catch (error) {
      problems.push(`${one.id}: ${(error as Error).message}`);
      engines.drop(name);
      lost.add(name);
    }
  };

  for (const name of one.engines as GpuEngine[]) {
    await attempt(name, async () => {
      const process = await engines.get(name);
      const logits = await process.load(task);
      const latency = median(await process.times(leastRuns));
      const within = (least: number, most: number) => Math.min(most, Math.max(least, Math.round(roundMs / latency)));
      const difference = firstLogits ? worstError(logits, firstLogits) : null;
      const found = { ...newResult(process, one.camera ? null : worstError(logits, prepared.reference)), difference };
      const [runs, batches] = [within(leastRuns, mostRuns), within(leastBatches, mostBatches)];
      entrants.push({ name, process, found, runs, batches });
      firstLogits ??= logits;
    });
  }
  const isTime = (round: number) => round === 0 || clock.secondsLeft() > 5;
  await inTurn(entrants, rounds, (entrant) => attempt(entrant.name, () => measureRound(entrant)), isTime);

  const measured = entrants.filter(({ found }) => found.clipsPerSecond.length > 0);
  for (const { name, found } of measured) {
    const worst = Math.max(found.error ?? 0, found.difference ?? 0);
    if (!(worst <= tolerance)) problems.push(`${one.id}: logits of ${engineTitles[name]} are off by ${worst}`);
  }
  const { architecture, frames, height, width } = one.network;
  const result: GpuCaseResult = {
    ...{ id: one.id, network: architecture, clip: [frames, height, width], batch: one.batch, source: task.source },
    roofline: rooflineOf(prepared.layers, one.batch, frames * task.source[0] * task.source[1] * 3, gpu),
    engines: measured.map(({ found }) => found),
  };
  return { result, problems };
}

async function measureRound({ process, found, runs, batches }: Entrant): Promise<void> {
  await pause(rest);
  found.latencyMs.push(median(await process.times(runs)));
  const { clipsPerSecond, delay } = await process.saturate(batches, batchesWaiting);
  found.clipsPerSecond.push(clipsPerSecond);
  if (delay) found.delayP99.push(delay.p99);
}
