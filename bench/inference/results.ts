import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Machine, thisMachine } from '../harness/thisMachine';
import type { EngineName } from './engines';

/** Arithmetic and memory, as bench/inference/native/machine_peak.cpp measures them. */
export interface MachinePeak {
  gflops: number;
  gigabytesPerSecond: number;
}

export interface EngineResult {
  engine: EngineName;
  version: string;
  /** Milliseconds a call, the median of each round. */
  rounds: number[];
  firstResultMs: number;
  /** The same of a second start, where the engine remembers something from the first. */
  secondStartMs?: number;
  peakBytes: number;
  /** Of the logits against float64, relative to the largest; the worst clip. */
  error: number;
  serving?: { clipsPerSecond: number[]; delayP99: number[]; preprocessMs?: number[] };
}

/** What a network asks of a machine, for one clip. */
export interface Demand {
  /** Multiply-adds, counted for direct convolution (inspectModel), and the fewest with Winograd's algorithms. */
  directMacs: number;
  winogradMacs: number;
  /** Weights, and every convolution's input and output once. */
  bytes: number;
}

export interface CaseResult {
  id: string;
  network: string;
  clip: [frames: number, height: number, width: number];
  kind: 'latency' | 'serving';
  batch: number;
  date: string;
  commit: string;
  peak: MachinePeak;
  demand: Demand;
  engines: EngineResult[];
}

export interface Results {
  machine: Machine;
  cases: Record<string, CaseResult>;
}

/** Those of this machine that the file holds; none where it is another machine's. */
export function readResults(path: string): Results {
  const machine = thisMachine();
  if (!existsSync(path)) return { machine, cases: {} };
  const found = JSON.parse(readFileSync(path, 'utf8')) as Results;
  return JSON.stringify(found.machine) === JSON.stringify(machine) ? found : { machine, cases: {} };
}

export function writeResults(path: string, results: Results): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.tmp`, `${JSON.stringify(results, null, 1)}\n`);
  renameSync(`${path}.tmp`, path);
}
