import { devices } from '../../lib/model/devices';

/** What these tests run on; none where this machine has no CUDA device. */
export const cudaDevices = devices().devices.filter((device) => device.startsWith('cuda')) as `cuda:${number}`[];

export const device = cudaDevices[0] ?? 'cuda:0';

/** `describe`; where there is no CUDA device its tests are skipped, and counted as skipped. */
export const describeCuda = cudaDevices.length > 0 ? describe : describe.skip;
