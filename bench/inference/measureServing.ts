import type { EngineName } from '../harness/cases';
import type { EngineProcess } from '../harness/engineProcess';
import { inTurn } from '../harness/inTurn';
import { median } from '../harness/statistics';
import type { Session } from './session';

/** A round of an engine lasts about this long, or three batches. */
const roundMs = 2000;
const leastBatches = 3;
const defaultRounds = 4;
/** Batches that are always under way or waiting. */
const waiting = 2;

/**
 * Calls that always wait in number, and in the same rounds the native loop with nothing around it. onnxruntime-node is
 * there for the delay of its event loop and takes part in one round.
 */
export async function measureServing(session: Session, rounds = defaultRounds): Promise<void> {
  const byName = (name: EngineName) => session.processes.find((process) => process.name === name);
  const [kinetorch, native, other] = [byName('kinetorch'), byName('native'), byName('onnxruntime-node')];
  const sizing = native ?? kinetorch;
  const batches = Math.max(leastBatches, Math.round(roundMs / median((await sizing?.times(2)) ?? [roundMs])));
  const measured = [kinetorch, native].filter((process) => process !== undefined);
  await inTurn(measured, rounds, (process) => (process === native ? loop : saturate)(session, process, batches));
  if (other) await saturate(session, other, 1);
}

async function saturate(session: Session, process: EngineProcess, batches: number): Promise<void> {
  await session.rest();
  const { clipsPerSecond, delay } = await process.saturate(batches, waiting);
  const result = session.result(process.name);
  result.clipsPerSecond.push(clipsPerSecond);
  if (delay) result.delayP99.push(delay.p99);
}

async function loop(session: Session, process: EngineProcess, batches: number): Promise<void> {
  await session.rest();
  // First those that `saturate` does not count.
  const times = (await process.times(waiting + batches)).slice(waiting);
  const preprocessing = await process.preprocessingTimes(3);
  const result = session.result(process.name);
  result.latencyMs.push(median(times));
  const total = times.reduce((sum, time) => sum + time, 0);
  result.clipsPerSecond.push((times.length * session.one.batch * 1000) / total);
  result.preprocessMs.push(median(preprocessing));
}
