import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { HttpError } from '../../http/statusOf';
import { PieceGatherer } from './pieceGatherer';

const unpackers = { gzip: promisify(gunzip), deflate: promisify(inflate) };

/**
 * A body, unpacked by its `Content-Encoding`. It lies in memory so that what follows the JSON of an infer request is at a
 * multiple of 8, where numbers of any kind can be read without a copy.
 *
 * @throws HttpError 413 beyond `maxBytes`, packed or not; 415 for another packing; 400 for a damaged one
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && !(encoding in unpackers)) {
    throw new HttpError(
      415,
      `expected Content-Encoding to be gzip or deflate but received '${encoding}'`,
      'UNSUPPORTED_MEDIA_TYPE',
    );
  }
  if (Number(request.headers['content-length']) > maxBytes) throw tooLarge(maxBytes);
  const pieces = await receive(request, maxBytes);
  if (encoding === 'identity') return joined(pieces, Number(request.headers['inference-header-content-length']));
  return unpack(Buffer.concat(pieces), encoding as keyof typeof unpackers, maxBytes);
}

function receive(request: IncomingMessage, maxBytes: number): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const pieces = new PieceGatherer();
    let bytes = 0;
    const fail = (error: unknown) => {
      request.off('data', take);
      // The rest of what was refused is not read.
      request.pause();
      reject(error);
    };
    const take = (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > maxBytes) return fail(tooLarge(maxBytes));
      pieces.add(piece);
    };
    request.on('data', take);
    request.once('end', () => resolve(pieces.all()));
    request.once('error', () => fail(new HttpError(400, 'the body ended before it was whole', 'BODY_CUT_SHORT')));
  });
}

function joined(pieces: readonly Buffer[], headerBytes: number): Buffer {
  const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
  // Of what is no length, which is refused later, none.
  const padding = -headerBytes & 7;
  const body = Buffer.allocUnsafeSlow(padding + bytes).subarray(padding);
  let end = 0;
  for (const piece of pieces) {
    body.set(piece, end);
    end += piece.length;
  }
  return body;
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
