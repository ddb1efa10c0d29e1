import type { EngineName } from '../harness/cases';
import { median, ratiosOf, type Spread, spreadOf } from '../harness/statistics';
import { libtorchPaths } from './engines';
import type { CpuCaseResult, CpuEngineResult } from './results';

/** An engine in a case of latency. */
export interface Standing {
  result: CpuEngineResult;
  /** Milliseconds a call. */
  time: Spread;
  /** Over Kinetorch's time, round by round; null where Kinetorch took no part. */
  ratio: Spread | null;
}

/** `first` first, to whose time the others are compared, then by time. */
export function standings({ engines }: CpuCaseResult, first: EngineName = 'kinetorch'): Standing[] {
  const measured = engines.filter(({ latencyMs }) => latencyMs.length > 0);
  const own = measured.find(({ engine }) => engine === first);
  return measured
    .map((result) => ({
      result,
      time: spreadOf(result.latencyMs),
      ratio: own ? spreadOf(ratiosOf(result.latencyMs, own.latencyMs)) : null,
    }))
    .sort((a, b) => rankOf(a, first) - rankOf(b, first));
}

function rankOf({ result, time }: Standing, first: EngineName): number {
  return result.engine === first ? -1 : time.median;
}

/** The fastest engine but Kinetorch, among `names` where they are given. */
export function bestPeer(one: CpuCaseResult, names?: readonly EngineName[]): Standing | undefined {
  return standings(one).find(({ result }) => result.engine !== 'kinetorch' && (names?.includes(result.engine) ?? true));
}

export const bestLibtorch = (one: CpuCaseResult) => bestPeer(one, libtorchPaths);

export function standingOf(one: CpuCaseResult, name: EngineName): Standing | undefined {
  return standings(one).find(({ result }) => result.engine === name);
}

/** Of one clip, in milliseconds, at this machine's measured rates. */
export interface Floors {
  direct: number;
  winograd: number;
  memory: number;
}

export function floorsOf({ peak, demand }: CpuCaseResult): Floors {
  const arithmetic = (macs: number) => (2 * macs) / (peak.gflops * 1e6);
  return {
    direct: arithmetic(demand.directMacs),
    winograd: arithmetic(demand.winogradMacs),
    memory: demand.bytes / (peak.gigabytesPerSecond * 1e6),
  };
}

export interface Serving {
  clipsPerSecond: Spread;
  nativeClipsPerSecond: Spread;
  /** Round by round. */
  share: Spread;
  /** Of a forward pass, for frames of 320×240. */
  preprocessing: Spread;
  delayP99: number;
  otherDelayP99: number | null;
}

/** Null where Kinetorch or the native loop took no part. */
export function servingOf({ engines }: CpuCaseResult): Serving | null {
  const by = (name: EngineName) => engines.find(({ engine }) => engine === name);
  const [own, native, other] = [by('kinetorch'), by('native'), by('onnxruntime-node')];
  if (!own || !native) return null;
  return {
    clipsPerSecond: spreadOf(own.clipsPerSecond),
    nativeClipsPerSecond: spreadOf(native.clipsPerSecond),
    share: spreadOf(ratiosOf(own.clipsPerSecond, native.clipsPerSecond)),
    preprocessing: spreadOf(ratiosOf(native.preprocessMs, native.latencyMs)),
    delayP99: median(own.delayP99),
    otherDelayP99: other ? median(other.delayP99) : null,
  };
}
