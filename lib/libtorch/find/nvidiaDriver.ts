import { join } from 'node:path';
import { isThere } from '../../base/isThere';

/** Files that an NVIDIA driver puts there: on Linux, in containers too; on Windows; and in its Linux subsystem. */
const traces =
  process.platform === 'win32'
    ? [join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'nvcuda.dll')]
    : ['/dev/nvidiactl', '/proc/driver/nvidia/version', '/usr/lib/wsl/lib/libcuda.so.1'];

/** Whether this machine has an NVIDIA driver. Looks at files only. */
export function hasNvidiaDriver(): boolean {
  return traces.some(isThere);
}
