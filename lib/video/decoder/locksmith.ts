import { closeSync, openSync } from 'node:fs';
import type { SandboxBinding } from '../../native';
import { findSandbox } from '../../sandbox/findSandbox';
import { noLock, type SandboxState } from '../../sandbox/sandboxState';
import type { DecoderStart } from '../protocol';

/** By which files come. */
const door = 4;

/**
 * Note [Locked in]
 * On Linux a decoder process takes from itself, before it reads a byte of a video, what it needs no more: files, the
 * network, other programs and processes (native/sandbox). It can never have them again, and yet serves one video after
 * the other, as the parent opens each and hands it over by a Unix socket (`hand` of DecoderClient); a process for each
 * video would cost its start. The pictures of a folder are asked for one by one, and a process that writes a video
 * keeps that one file, and is used once.
 *
 * Whatever is opened by its path has therefore to be loaded or open before: modules, /proc/self/status.
 */
export class Locksmith {
  /** What holds this process in; of nothing until it is locked. */
  private readonly binding: SandboxBinding | null = null;
  private problem = '';

  constructor(private readonly start: DecoderStart) {
    if (start.isHandedFiles || start.writes !== null)
      ({ binding: this.binding, problem: this.problem } = findSandbox());
  }

  /** Locks this process in, where that can be. */
  lock(): SandboxState {
    const { writes, memoryBytes } = this.start;
    // Of a file that cannot be written, FFmpeg shall say why.
    if (this.binding === null || !isWritable(writes)) return { ...noLock, problem: this.problem };
    return this.binding.lockIn(writes ?? '', memoryBytes);
  }

  /** The next of the files that the parent hands over; null where this process has to open it by its path. */
  receive(): { descriptor: number; binding: SandboxBinding } | null {
    const { binding } = this;
    return binding === null ? null : { descriptor: binding.receiveFile(door), binding };
  }
}

/** Makes the file where it is not there: rights can only be kept to what is. */
function isWritable(path: string | null): boolean {
  if (path === null) return true;
  try {
    closeSync(openSync(path, 'a'));
    return true;
  } catch {
    return false;
  }
}
