/*
 * What this process and its children say to each other. A message is
 * `u32le header bytes | u32le payload bytes | header as JSON | payload`.
 */

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
