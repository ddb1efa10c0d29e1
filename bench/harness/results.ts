import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { EngineName } from './cases';
import type { EngineProcess } from './engineProcess';
import { relativeError } from './statistics';

/** What was found of an engine in a case. */
export interface EngineResult {
  engine: EngineName;
  version: string;
  /** Round by round: milliseconds a call, the median. */
  latencyMs: number[];
  /** Round by round, with calls always waiting; empty where that was not measured, like what follows. */
  clipsPerSecond: number[];
  /** Of the event loop, 99 of 100 delays below it, in milliseconds. */
  delayP99: number[];
  /** Of the logits against float64, relative to the largest; the worst clip. Null where there is nothing to compare with. */
  error: number | null;
}

export interface CaseResult<Engine extends EngineResult> {
  id: string;
  network: string;
  clip: [frames: number, height: number, width: number];
  batch: number;
  engines: Engine[];
}

/** Before anything is measured. */
export function newResult({ name, version }: EngineProcess, error: number | null): EngineResult {
  return { engine: name, version, latencyMs: [], clipsPerSecond: [], delayP99: [], error };
}

/** Relative to the largest logit; the worst of the clips that both have. */
export function worstError(logits: readonly number[][], expected: readonly number[][]): number {
  return Math.max(...logits.slice(0, expected.length).map((row, clip) => relativeError(row, expected[clip] ?? [])));
}

/** Share of the clips that both have whose largest logit is of the same class. */
export function shareOfSameClass(logits: readonly number[][], expected: readonly number[][]): number {
  const classOf = (row: readonly number[]) => row.indexOf(Math.max(...row));
  const rows = logits.slice(0, expected.length);
  return rows.filter((row, clip) => classOf(row) === classOf(expected[clip] ?? [])).length / rows.length;
}

/** As JSON, whole or not at all. */
export function writeResults(path: string, results: object): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.tmp`, `${JSON.stringify(results, null, 1)}\n`);
  renameSync(`${path}.tmp`, path);
}
