import { median } from '../harness/statistics';
import type { EngineName } from './engines';
import type { Engine, Session } from './session';

/** A round of an engine lasts about this long, or three batches. */
const roundMs = 2000;
const leastBatches = 3;
const defaultRounds = 4;

interface Saturation {
  clipsPerSecond: number;
  delay: { p50: number; p99: number; max: number };
}

/**
 * Calls that always wait in number, and in the same rounds the native loop with nothing around it. onnxruntime-node is
 * there for the delay of its event loop and takes part in one round.
 */
export async function measureServing(session: Session, rounds = defaultRounds): Promise<void> {
  const byName = (name: EngineName) => session.processes.find((process) => process.name === name);
  const [kinetorch, native, other] = [byName('kinetorch'), byName('native'), byName('onnxruntime-node')];
  const sizing = native ?? kinetorch;
  const batches = Math.max(leastBatches, Math.round(roundMs / median((await sizing?.times(2)) ?? [roundMs])));
  for (let round = 0; round < rounds; round++) {
    const turns = [
      async () => kinetorch && (await saturate(session, kinetorch, batches)),
      async () => native && (await loop(session, native, batches)),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  if (other) await saturate(session, other, 1);
}

async function saturate(session: Session, process: Engine, batches: number): Promise<void> {
  await session.rest();
  const { clipsPerSecond, delay } = await process.ask<Saturation>(`saturate ${batches}`);
  const result = session.result(process.name);
  result.serving ??= { clipsPerSecond: [], delayP99: [] };
  result.serving.clipsPerSecond.push(clipsPerSecond);
  result.serving.delayP99.push(delay.p99);
}

async function loop(session: Session, process: Engine, batches: number): Promise<void> {
  await session.rest();
  // Two batches first, as `saturate` has two that it does not count.
  const times = (await process.times(2 + batches)).slice(2);
  const { times: preprocessing } = await process.ask<{ times: number[] }>('preprocess 3');
  const result = session.result(process.name);
  result.rounds.push(median(times));
  result.serving ??= { clipsPerSecond: [], delayP99: [], preprocessMs: [] };
  const total = times.reduce((sum, time) => sum + time, 0);
  result.serving.clipsPerSecond.push((times.length * session.one.batch * 1000) / total);
  result.serving.preprocessMs?.push(median(preprocessing));
}
