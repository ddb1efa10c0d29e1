import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { throwIfAborted } from '../../base/abort';
import { maxWeightBytes, type WeightSource } from './source';

/** From where the file is published. */
export const fromUrl: WeightSource = async ({ url, file, bytes }, folder, { signal, onMessage }) => {
  if (url === null) return null;
  onMessage(`fetching ${url}`);
  const path = join(folder, `${file}.download`);
  try {
    const response = await fetch(url, { signal });
    if (!response.ok || response.body === null) return { from: url, problem: `the server answered ${response.status}` };
    const most = bytes ?? maxWeightBytes;
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    await pipeline(body, atMost(most), createWriteStream(path, { flags: 'wx' }), { signal });
    return { from: url, path };
  } catch (error) {
    throwIfAborted(signal);
    const { message, cause } = error as Error;
    return { from: url, problem: cause instanceof Error ? cause.message : message };
  }
};

/** Fails on more bytes than there can be. */
const atMost = (most: number) =>
  async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let size = 0;
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > most) throw new Error(`expected at most ${most} bytes but there are more`);
      yield chunk;
    }
  };
