import { readFile } from 'node:fs/promises';

/** Of the boot that this machine runs since; null where the system has no such thing. */
export async function bootId(): Promise<string | null> {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => null);
  return text?.trim() ?? null;
}

/**
 * When a process started, in clock ticks since the boot: number and start together name a process, the number alone is
 * given again. Null where there is no such process, or where the system doesn't say.
 */
export async function processStart(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The 22nd field, and the 20th after the program's name, which may hold spaces and brackets.
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

/** Whether a process of this host still runs. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
