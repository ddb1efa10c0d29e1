import type { ErrorCode } from '../base/errors';
import type { SandboxState } from '../sandbox/sandboxState';
import type { ClipWindow, FrameForm, FrameSize, SlideWindows, VideoInfo } from './types';

/**
 * Note [Decoder protocol]
 * The parent talks to the decoder process over its standard input, and is answered over one extra pipe (file descriptor
 * 3); these two work under Node.js, Bun and Deno alike. The first answer, `ready`, tells that FFmpeg was loaded, or that
 * why it was not can be told, and how far the process is locked in (Note [Locked in]). Where it is handed its files, the
 * video's lies in the socket of file descriptor 4 before `open` is sent; a picture's is asked for by `want`, and lies
 * there before `given` is sent, if that tells of no problem. Of the messages only `frame` and `picture` have a payload, the RGB
 * bytes of the next frame of the clip announced before it, or of the file being written. The parent has one operation
 * running at a time (`open`, `read`, `slide`, `encode` or `finish`), and the decoder ends each with exactly one `done` or
 * `failed`; a `picture`, between the last two, is answered only where it fails. Clips are sent against credit, one each, so
 * that the decoder works ahead of its reader by a bounded number of clips; `cancel` makes it stop at the next packet.
 */
export type DecoderCommand =
  /** `pictures` is null for a video file; what is in the folder, and how many of its pictures are shown in a second. */
  | { type: 'open'; path: string; name: string; pictures: PictureList | null; form: FrameForm }
  | { type: 'given'; problem: string | null }
  | { type: 'read'; windows: ClipWindow[]; credit: number }
  /** From window `from` on. */
  | { type: 'slide'; windows: SlideWindows; from: number; credit: number }
  | { type: 'credit' }
  | { type: 'cancel' }
  | { type: 'close' }
  /** Begins a video file of pictures, in a process that decodes nothing. */
  | { type: 'encode'; path: string; width: number; height: number; frameRate: number }
  | { type: 'picture' }
  | { type: 'finish' };

export type DecoderReply =
  | { type: 'ready'; sandbox: SandboxState }
  | { type: 'want'; picture: string }
  | { type: 'progress' }
  | { type: 'opened'; info: Omit<VideoInfo, 'path'>; frameSize: FrameSize }
  | { type: 'clip'; startSeconds: number; endSeconds: number; paddedSeconds: number; frames: number }
  | { type: 'frame' }
  | { type: 'done'; warnings: string[] }
  | { type: 'failed'; code: ErrorCode; message: string; warnings: string[] };

/** What a decoder process is told when it starts. */
export interface DecoderStart {
  /** Whether files are handed to it by descriptor; else it opens them by their paths, and cannot be locked in. */
  isHandedFiles: boolean;
  /** The file that it is to write, in place of decoding; null for none. */
  writes: string | null;
  /** How much more private memory it may take than it has when it begins. */
  memoryBytes: number;
}

export interface PictureList {
  files: readonly string[];
  rate: number;
}
