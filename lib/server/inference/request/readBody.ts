import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import type { BodyMemory } from '../../http/bodyMemory';
import { HttpError } from '../../http/statusOf';
import { PieceGatherer } from './pieceGatherer';

const unpackers = { gzip: promisify(gunzip), deflate: promisify(inflate) };

/**
 * A body, unpacked by its `Content-Encoding`. It lies in memory so that what follows the JSON of an infer request is at a
 * multiple of 8, where numbers of any kind can be read without a copy.
 *
 * @throws HttpError 413 beyond `maxBytes`, packed or not; 415 for another packing; 400 for a damaged one
 */
export async function readBody(request: IncomingMessage, maxBytes: number, memory: BodyMemory): Promise<Buffer> {
  const { headers } = request;
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && !(encoding in unpackers)) {
    throw new HttpError(
      415,
      `expected Content-Encoding to be gzip or deflate but received '${encoding}'`,
      'UNSUPPORTED_MEDIA_TYPE',
    );
  }
  const length = Number(headers['content-length']);
  if (length > maxBytes) throw tooLarge(maxBytes);
  const jsonBytes = Number(headers['inference-header-content-length']);
  if (encoding !== 'identity') {
    return unpack(Buffer.concat(await receivePieces(request, maxBytes)), encoding as keyof typeof unpackers, maxBytes);
  }
  if (Number.isNaN(length)) return joined(await receivePieces(request, maxBytes), jsonBytes);
  // Each piece goes to its place as it comes, while the processor has it at hand.
  const body = placed(memory.take(length + 7), length, jsonBytes);
  let end = 0;
  await receive(request, (piece) => {
    body.set(piece, end);
    end += piece.length;
  });
  return body;
}

/** Of a body whose length nobody has said. */
async function receivePieces(request: IncomingMessage, maxBytes: number): Promise<Buffer[]> {
  const pieces = new PieceGatherer();
  let bytes = 0;
  await receive(request, (piece) => {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    pieces.add(piece);
  });
  return pieces.all();
}

/** Gives each piece to `take` until the last has come, or `take` throws. */
function receive(request: IncomingMessage, take: (piece: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      request.off('data', onData);
      // The rest of what was refused is not read.
      request.pause();
      reject(error);
    };
    const onData = (piece: Buffer) => {
      try {
        take(piece);
      } catch (error) {
        fail(error);
      }
    };
    request.on('data', onData);
    request.once('end', resolve);
    request.once('error', () => fail(new HttpError(400, 'the body ended before it was whole', 'BODY_CUT_SHORT')));
  });
}

function joined(pieces: readonly Buffer[], jsonBytes: number): Buffer {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const body = placed(Buffer.allocUnsafeSlow(length + 7), length, jsonBytes);
  let end = 0;
  for (const piece of pieces) {
    body.set(piece, end);
    end += piece.length;
  }
  return body;
}

/** The place in `memory` of a body with so many bytes of JSON before what is binary; of what is no length, which is refused later, none. */
function placed({ buffer }: Uint8Array<ArrayBuffer>, bytes: number, jsonBytes: number): Buffer {
  return Buffer.from(buffer, -jsonBytes & 7, bytes);
}

async function unpack(packed: Buffer, encoding: keyof typeof unpackers, maxBytes: number): Promise<Buffer> {
  try {
    return await unpackers[encoding](packed, { maxOutputLength: maxBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new HttpError(400, `expected a body in ${encoding} but ${(cause as Error).message}`, 'BODY_DAMAGED');
  }
}

const tooLarge = (maxBytes: number) =>
  new HttpError(
    413,
    `expected a body of at most ${maxBytes} bytes, also unpacked (maxBodyBytes), but it is larger`,
    'TOO_LARGE',
  );
