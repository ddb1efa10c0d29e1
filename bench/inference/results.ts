import { existsSync, readFileSync } from 'node:fs';
import type { CaseResult, EngineResult } from '../harness/results';
import { type Machine, thisMachine } from '../harness/thisMachine';
import type { CpuCase } from './cases';

/** Arithmetic and memory, as bench/inference/native/machine_peak.cpp measures them. */
export interface MachinePeak {
  gflops: number;
  gigabytesPerSecond: number;
}

export interface CpuEngineResult extends EngineResult {
  error: number;
  /** Share of the clips with float64's first class. */
  agreement: number;
  firstResultMs: number;
  /** The same of a second start, where the engine remembers something from the first. */
  secondStartMs?: number;
  peakBytes: number;
  /** The native loop's, round by round: milliseconds of preparing a batch. */
  preprocessMs: number[];
}

/** What a network asks of a machine, for one clip. */
export interface Demand {
  /** Multiply-adds, counted for direct convolution (inspectModel), and the fewest with Winograd's algorithms. */
  directMacs: number;
  winogradMacs: number;
  /** Weights, and every convolution's input and output once. */
  bytes: number;
}

export interface CpuCaseResult extends CaseResult<CpuEngineResult> {
  kind: CpuCase['kind'];
  date: string;
  commit: string;
  peak: MachinePeak;
  demand: Demand;
}

/** Counted up whenever the file's fields change. */
const formatVersion = 3;

export interface Results {
  formatVersion: number;
  machine: Machine;
  cases: Record<string, CpuCaseResult>;
}

/** Those of this machine that the file holds; none where it is another machine's, or of another format. */
export function readResults(path: string): Results {
  const fresh: Results = { formatVersion, machine: thisMachine(), cases: {} };
  if (!existsSync(path)) return fresh;
  const found = JSON.parse(readFileSync(path, 'utf8')) as Results;
  const isOurs =
    found.formatVersion === formatVersion && JSON.stringify(found.machine) === JSON.stringify(fresh.machine);
  return isOurs ? found : fresh;
}
