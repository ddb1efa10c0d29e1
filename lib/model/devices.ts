import { native } from '../native';

export interface RuntimeDevices {
  /** What `device` may be on this machine, best first: `cuda:0`, …, `cpu`. Where there is CUDA, `cuda:*` is all of it. */
  devices: string[];
  /** CPU threads LibTorch uses by default. */
  threads: number;
  /** Best instruction set LibTorch uses here, for example `AVX2` or `AVX512`. */
  cpuCapability: string;
  torchVersion: string;
  /** Why there is no CUDA device; null where there is one. */
  cudaProblem: string | null;
}

/**
 * Where models can run on this machine.
 *
 * @throws KinetorchError `ERR_LIBTORCH_NOT_FOUND`, `ERR_LIBTORCH_VERSION`
 */
export function devices(): RuntimeDevices {
  const { cudaDevices, cudaReason, threads, cpuCapability, torchVersion } = native().runtimeInfo();
  return {
    devices: [...cudaDevices, 'cpu'],
    threads,
    cpuCapability,
    torchVersion,
    cudaProblem: cudaDevices.length > 0 ? null : cudaReason,
  };
}
