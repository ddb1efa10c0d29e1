/*
 * What this process and its children say to each other. A message is
 * `u32le header bytes | u32le payload bytes | header as JSON | payload`.
 */

import type { Writable } from 'node:stream';

const prefixBytes = 8;

/** Prefix and header of a message; its payload, if any, is written right after. */
export function encodeMessage(message: object, payloadBytes = 0): Buffer {
  const header = Buffer.from(JSON.stringify(message));
  const prefix = Buffer.allocUnsafe(prefixBytes);
  prefix.writeUInt32LE(header.length, 0);
  prefix.writeUInt32LE(payloadBytes, 4);
  return Buffer.concat([prefix, header]);
}

/** Writes a message with its payload; resolves as soon as all of the payload was taken. */
export async function writeMessage(to: Writable, message: object, payload: readonly Uint8Array[] = []): Promise<void> {
  const parts = payload.filter(({ byteLength }) => byteLength > 0);
  to.write(encodeMessage(message, totalBytes(parts)));
  // They are taken in turn.
  await Promise.all(parts.map((part) => new Promise<void>((resolve) => to.write(part, () => resolve()))));
}

export const totalBytes = (parts: readonly Uint8Array[]): number =>
  parts.reduce((sum, { byteLength }) => sum + byteLength, 0);

export interface MessageHandler<Message> {
  onMessage(message: Message, payloadBytes: number): void;
  onPayload(chunk: Buffer): void;
}

/** Cuts a byte stream into messages; payloads are handed on as they come, without being gathered. */
export class MessageParser<Message> {
  /** Of the prefix, or of prefix and header. */
  private pieces: Buffer[] = [];
  private gathered = 0;
  private wanted = prefixBytes;
  private payloadLeft = 0;

  constructor(
    private readonly handler: MessageHandler<Message>,
    private readonly maxHeaderBytes = 2 ** 26,
  ) {}

  /** Throws on bytes that are no message. */
  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.payloadLeft > 0) {
        const part = rest.subarray(0, this.payloadLeft);
        this.payloadLeft -= part.length;
        rest = rest.subarray(part.length);
        this.handler.onPayload(part);
        continue;
      }
      const part = rest.subarray(0, this.wanted - this.gathered);
      rest = rest.subarray(part.length);
      this.pieces.push(part);
      this.gathered += part.length;
      if (this.gathered === this.wanted) this.read(Buffer.concat(this.pieces));
    }
  }

  private read(head: Buffer): void {
    if (head.length === prefixBytes) {
      const headerBytes = head.readUInt32LE(0);
      if (headerBytes === 0 || headerBytes > this.maxHeaderBytes) {
        throw new Error(`a message header of ${headerBytes} bytes`);
      }
      this.pieces = [head];
      this.wanted = prefixBytes + headerBytes;
      return;
    }
    this.pieces = [];
    this.gathered = 0;
    this.wanted = prefixBytes;
    this.payloadLeft = head.readUInt32LE(4);
    this.handler.onMessage(JSON.parse(head.toString('utf8', prefixBytes)) as Message, this.payloadLeft);
  }
}

/** Hands each message on with its whole payload. What is announced takes memory only as it comes. */
export function gathering<Message>(onWhole: (message: Message, payload: Buffer) => void): MessageHandler<Message> {
  let message: Message;
  let chunks: Buffer[] = [];
  let left = 0;
  return {
    onMessage: (next, payloadBytes) => {
      message = next;
      chunks = [];
      left = payloadBytes;
      if (left === 0) onWhole(message, Buffer.alloc(0));
    },
    onPayload: (chunk) => {
      chunks.push(chunk);
      left -= chunk.length;
      if (left === 0) onWhole(message, Buffer.concat(chunks));
    },
  };
}
