import { setTimeout as pause } from 'node:timers/promises';
import type { PreparedNetwork } from '../harness/prepareNetwork';
import { median, relativeError } from '../harness/statistics';
import type { InferenceCase } from './cases';
import type { Clock } from './clock';
import { type Engine, type Engines, engineTitles, loadTask } from './engines';
import type { EngineFigures, GpuInfo, InferenceResult } from './results';
import { rooflineOf } from './roofline';

/** Between two engines, in milliseconds. */
const rest = 100;
/** What an engine's round of each kind lasts, in milliseconds, at most; and runs, or batches, at least and at most. */
const longestRound = 800;
const [leastRuns, mostRuns, leastBatches, mostBatches] = [3, 300, 6, 3000];
/** Largest error of logits, relative to the largest of them: beyond it an engine does other work. */
const tolerance = 0.03;

interface Entrant {
  engine: Engine;
  figures: EngineFigures;
  runs: number;
  batches: number;
}

/**
 * The engines of a case in turn, each round beginning with another. An engine that cannot take part is left out and
 * named among the problems.
 *
 * @param seconds in which all rounds should be done
 */
export async function measureInference(
  one: InferenceCase,
  prepared: PreparedNetwork,
  engines: Engines,
  gpu: GpuInfo,
  clock: Clock,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<{ result: InferenceResult; problems: string[] }> {
  const task = loadTask(one, prepared);
  const problems: string[] = [];
  const entrants: Entrant[] = [];
  const logits: number[][][] = [];
  const roundMs = Math.min(longestRound, (seconds * 1000) / (rounds * one.engines.length * 2));
  const attempt = async (entrant: { engine: { name: EngineFigures['engine'] } }, work: () => Promise<void>) => {
    try {
      await work();
      return true;
    } catch (error) {
      problems.push(`${one.id}: ${(error as Error).message}`);
      engines.drop(entrant.engine.name);
      return false;
    }
  };

  for (const name of one.engines) {
    await attempt({ engine: { name } }, async () => {
      const engine = await engines.get(name);
      const loaded = await engine.ask<{ logits: number[][] }>(`load ${JSON.stringify(task)}`, clock.patienceMs());
      const figures: EngineFigures = {
        ...{ engine: name, version: engine.hello.version, latencyMs: [], clipsPerSecond: [] },
        error: one.camera ? null : worstError(loaded.logits, prepared.reference),
        difference: logits[0] ? worstError(loaded.logits, logits[0]) : null,
      };
      const latency = median(await engine.times(leastRuns, clock.patienceMs()));
      const within = (least: number, most: number) => Math.min(most, Math.max(least, Math.round(roundMs / latency)));
      const [runs, batches] = [within(leastRuns, mostRuns), within(leastBatches, mostBatches)];
      entrants.push({ engine, figures, runs, batches });
      logits.push(loaded.logits);
    });
  }

  let running = entrants;
  for (let round = 0; round < rounds && (round === 0 || clock.secondsLeft() > 5); round++) {
    const lost: Entrant[] = [];
    for (let turn = 0; turn < running.length; turn++) {
      const entrant = running[(round + turn) % running.length] as Entrant;
      if (!(await attempt(entrant, () => measureRound(entrant, clock)))) lost.push(entrant);
    }
    running = running.filter((entrant) => !lost.includes(entrant));
  }

  const figures = entrants.map((entrant) => entrant.figures).filter(({ clipsPerSecond }) => clipsPerSecond.length > 0);
  for (const { engine, error, difference } of figures) {
    const worst = Math.max(error ?? 0, difference ?? 0);
    if (!(worst <= tolerance)) problems.push(`${one.id}: logits of ${engineTitles[engine]} are off by ${worst}`);
  }
  const { frames, height, width } = one.network;
  const result: InferenceResult = {
    ...{ id: one.id, network: one.network.architecture, clip: [frames, height, width], batch: one.batch },
    source: task.source,
    roofline: rooflineOf(prepared.layers, one.batch, frames * task.source[0] * task.source[1] * 3, gpu),
    engines: figures,
  };
  return { result, problems };
}

async function measureRound({ engine, figures, runs, batches }: Entrant, clock: Clock): Promise<void> {
  await pause(rest);
  figures.latencyMs.push(median(await engine.times(runs, clock.patienceMs())));
  const { clipsPerSecond, delay } = await engine.ask<{ clipsPerSecond: number; delay?: { p99: number } }>(
    `saturate ${batches}`,
    clock.patienceMs(),
  );
  figures.clipsPerSecond.push(clipsPerSecond);
  if (delay) {
    figures.delayP99 ??= [];
    figures.delayP99.push(delay.p99);
  }
}

/** Of the clips that both have. */
function worstError(logits: number[][], expected: number[][]): number {
  return Math.max(...logits.slice(0, expected.length).map((row, clip) => relativeError(row, expected[clip] ?? [])));
}
