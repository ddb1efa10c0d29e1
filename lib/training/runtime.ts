import type { TrainerOptions } from '../../binding';
import { native } from '../native';
import type { FilledRunOptions } from './options';

/** What the network runs with: what `auto` and 0 come to on this machine. */
export type Runtime = Pick<TrainerOptions, 'device' | 'precision' | 'threads'>;

// Training takes bfloat16 where loading a model takes float16 (native/runtime/device.cpp): gradients need its range.
export function runtimeOf(options: FilledRunOptions): Runtime {
  const { cudaDevices, threads } = native().runtimeInfo();
  const device = options.device === 'auto' ? (cudaDevices[0] ?? 'cpu') : options.device;
  const usual = device.startsWith('cuda') ? 'bfloat16' : 'float32';
  const precision = options.precision === 'auto' ? usual : options.precision;
  return { device, precision, threads: options.threads || threads };
}
