import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';

const packers = { gzip: promisify(gzip), deflate: promisify(deflate) };

type Encoding = keyof typeof packers;

/** Below it, packing gains nothing. */
const leastBytes = 1024;

/** A body as its caller takes it, by the header `Accept-Encoding`. */
export async function packed(
  body: Buffer | string,
  accepted: string | undefined,
): Promise<{ body: Buffer | string; encoding?: Encoding }> {
  const encoding = body.length < leastBytes ? undefined : encodingOf(accepted);
  return encoding === undefined ? { body } : { body: await packers[encoding](body), encoding };
}

function encodingOf(accepted = ''): Encoding | undefined {
  const taken = accepted
    .toLowerCase()
    .split(',')
    .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
    .map((part) => part.split(';', 1)[0]?.trim());
  return (Object.keys(packers) as Encoding[]).find((encoding) => taken.includes(encoding));
}
