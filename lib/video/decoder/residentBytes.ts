import { openSync, readSync } from 'node:fs';

// Node's own `process.memoryUsage.rss()` opens a file of /proc at each call, which a locked decoder may not any more.
const status = openStatus();
const text = Buffer.alloc(4096);

/** Memory that this process occupies. */
export function residentBytes(): number {
  if (status === null) return process.memoryUsage.rss();
  const length = readSync(status, text, 0, text.length, 0);
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(text.toString('latin1', 0, length))?.[1]) * 1024;
}

function openStatus(): number | null {
  try {
    return openSync('/proc/self/status', 'r');
  } catch {
    return null;
  }
}
