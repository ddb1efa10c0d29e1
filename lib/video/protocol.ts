import type { ErrorCode } from '../base/errors';
import type { ClipWindow, FrameForm, FrameSize, SlideWindows, VideoInfo } from './types';

/**
 * Note [Decoder protocol]
 * The parent talks to the decoder process over its standard input, and is answered over one extra pipe (file descriptor
 * 3); these two work under Node.js, Bun and Deno alike. The first answer, `ready`, tells that FFmpeg was loaded, or that
 * why it was not can be told. A message is
 * `u32le header bytes | u32le payload bytes | header as JSON | payload`; only `frame` and `picture` have a payload, the RGB
 * bytes of the next frame of the clip announced before it, or of the file being written. The parent has one operation
 * running at a time (`open`, `read`, `slide`, `encode` or `finish`), and the decoder ends each with exactly one `done` or
 * `failed`; a `picture`, between the last two, is answered only where it fails. Clips are sent against credit, one each, so
 * that the decoder works ahead of its reader by a bounded number of clips; `cancel` makes it stop at the next packet.
 */
export type DecoderCommand =
  /** `pictureRate` is null for a video file, frames a second for a folder of pictures. */
  | { type: 'open'; path: string; name: string; pictureRate: number | null; form: FrameForm }
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
  | { type: 'ready' }
  | { type: 'progress' }
  | { type: 'opened'; info: Omit<VideoInfo, 'path'>; frameSize: FrameSize }
  | { type: 'clip'; startSeconds: number; endSeconds: number; paddedSeconds: number; frames: number }
  | { type: 'frame' }
  | { type: 'done'; warnings: string[] }
  | { type: 'failed'; code: ErrorCode; message: string; warnings: string[] };

const prefixBytes = 8;
const maxHeaderBytes = 2 ** 26;

/** Prefix and header of a message; its payload, if any, is written right after. */
export function encodeMessage(message: object, payloadBytes = 0): Buffer {
  const header = Buffer.from(JSON.stringify(message));
  const prefix = Buffer.allocUnsafe(prefixBytes);
  prefix.writeUInt32LE(header.length, 0);
  prefix.writeUInt32LE(payloadBytes, 4);
  return Buffer.concat([prefix, header]);
}

export interface MessageHandler<Message> {
  onMessage(message: Message, payloadBytes: number): void;
  onPayload(chunk: Buffer): void;
}

/** Cuts a byte stream into messages; payloads are handed on as they come, without being gathered. */
export class MessageParser<Message> {
  private pending: Buffer = Buffer.alloc(0);
  private payloadLeft = 0;

  constructor(private readonly handler: MessageHandler<Message>) {}

  /** Throws on bytes that are no message. */
  push(chunk: Buffer): void {
    let rest = this.pending.length > 0 ? Buffer.concat([this.pending, chunk]) : chunk;
    while (rest.length > 0) {
      if (this.payloadLeft > 0) {
        const part = rest.subarray(0, this.payloadLeft);
        this.payloadLeft -= part.length;
        rest = rest.subarray(part.length);
        this.handler.onPayload(part);
        continue;
      }
      if (rest.length < prefixBytes) break;
      const headerBytes = rest.readUInt32LE(0);
      if (headerBytes > maxHeaderBytes) throw new Error(`a message header of ${headerBytes} bytes`);
      if (rest.length < prefixBytes + headerBytes) break;
      this.payloadLeft = rest.readUInt32LE(4);
      const message = JSON.parse(rest.toString('utf8', prefixBytes, prefixBytes + headerBytes)) as Message;
      rest = rest.subarray(prefixBytes + headerBytes);
      this.handler.onMessage(message, this.payloadLeft);
    }
    this.pending = rest;
  }
}
