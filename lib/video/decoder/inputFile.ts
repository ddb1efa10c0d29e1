import { closeSync, fstatSync, statSync } from 'node:fs';
import type { SandboxBinding } from '../../native';

/** A video file that FFmpeg may open more than once. */
export interface InputFile {
  /** What errors call it. */
  readonly name: string;
  readonly bytes: number;
  /** What FFmpeg opens, and its options; it reads from the beginning. */
  address(): { url: string; options: Record<string, string> };
  close(): void;
}

/** A file that was handed to this process: it has no way to open another. */
export class HandedFile implements InputFile {
  constructor(
    readonly name: string,
    private readonly descriptor: number,
    private readonly binding: SandboxBinding,
  ) {}

  get bytes(): number {
    return fstatSync(this.descriptor).size;
  }

  /** Whoever opened it before shares its position, and must not read any more. */
  address() {
    this.binding.rewindFile(this.descriptor);
    return { url: 'fd:', options: { fd: String(this.descriptor), protocol_whitelist: 'fd' } };
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** A file that this process opens itself, where it cannot be handed any. */
export class NamedFile implements InputFile {
  constructor(
    readonly name: string,
    private readonly path: string,
  ) {}

  get bytes(): number {
    return statSync(this.path).size;
  }

  address() {
    return { url: `file:${this.path}`, options: { protocol_whitelist: 'file' } };
  }

  close(): void {}
}
