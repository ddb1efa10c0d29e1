import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { EngineName } from '../harness/cases';
import { commitOf } from '../harness/commitOf';
import { prepareNetwork } from '../harness/prepareNetwork';
import type { CpuCase } from './cases';
import { demandOf } from './demand';
import type { Flags } from './flags';
import { measureLatency } from './measureLatency';
import { measureServing } from './measureServing';
import { prepareInt8 } from './prepareInt8';
import type { CpuCaseResult, MachinePeak } from './results';
import { Session } from './session';
import type { Peers } from './setup';

/** As many as the largest batch. */
const mostClips = 8;

/** Starts a case's engines, measures them in turn, and ends them. */
export async function measureCase(one: CpuCase, peers: Peers, flags: Flags): Promise<CpuCaseResult> {
  const prepared = await prepareNetwork(one.network, peers.python, { clips: mostClips, onnx: true });
  if (one.kind === 'reduced') await prepareInt8(one.network, prepared, peers.python);
  const { name, frames, height, width } = one.network;
  const session = new Session(one, peers, prepared, flags.threads);
  try {
    const before = measurePeak(peers, flags.threads);
    await session.start(enginesOf(one, flags.engines));
    await (one.kind === 'serving' ? measureServing : measureLatency)(session, flags.rounds);
    if (one.batch === 1 && one.kind === 'latency') await session.startAgain();
    const engines = await session.finish();
    const peak = higherOf(before, measurePeak(peers, flags.threads));
    return {
      ...{ id: one.id, network: name, clip: [frames, height, width], kind: one.kind, batch: one.batch },
      ...{ date: new Date().toISOString(), commit: commitOf(__dirname), peak, demand: await demandOf(prepared) },
      engines,
    };
  } finally {
    session.close();
  }
}

/** An engine asked for by name takes part in every case of latency, also where the default leaves it out. */
function enginesOf(one: CpuCase, asked: readonly EngineName[]): readonly EngineName[] {
  if (asked.length === 0) return one.engines;
  return asked.filter((name) => (one.kind === 'serving' ? one.engines.includes(name) : name !== 'native'));
}

function measurePeak({ native }: Peers, threads: number): MachinePeak {
  const program = join(native, 'kinetorch_machine_peak');
  return JSON.parse(execFileSync(program, [String(threads)], { encoding: 'utf8' }));
}

/** What disturbs a measurement of the machine only lowers it. */
function higherOf(one: MachinePeak, other: MachinePeak): MachinePeak {
  return {
    gflops: Math.max(one.gflops, other.gflops),
    gigabytesPerSecond: Math.max(one.gigabytesPerSecond, other.gigabytesPerSecond),
  };
}
