import { availableCores, cpuQuota } from '../base/availableCores';

/** GNU's default: on some processors less than {@link spinMs}. */
const usualSpins = 300_000;

/** Layers of small networks and what lies between two clips are shorter than this; see docs/performance.md. */
const spinMs = 1.5;

/**
 * What LibTorch's OpenMP is to find in the environment when it is opened, where the user has not said otherwise.
 *
 * Its threads wait for each other after every layer. GNU's OpenMP, LibTorch's on Linux, does that with the processor
 * held, for up to 20 ms, before it sleeps: where a decoder, the event loop or other programs want the cores too, it keeps
 * them, and now and then the very thread that it waits for, from running. Spinning for no longer than such waits last on
 * a machine of one's own loses nothing there. `spinsIn` says how many spins a time takes.
 */
export function openMpEnvironment(
  spinsIn: (milliseconds: number) => number,
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const isSet = (...names: string[]) => names.some((name) => env[name] !== undefined);
  const variables: Record<string, string> = {};
  if (!isSet('OMP_WAIT_POLICY', 'GOMP_SPINCOUNT')) {
    variables.GOMP_SPINCOUNT = String(Math.min(usualSpins, Math.round(spinsIn(spinMs))));
  }
  if (!isSet('OMP_NUM_THREADS', 'MKL_NUM_THREADS') && cpuQuota() !== Number.POSITIVE_INFINITY) {
    variables.OMP_NUM_THREADS = String(availableCores());
  }
  return variables;
}
