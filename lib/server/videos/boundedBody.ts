import { HttpError } from '../http/statusOf';
import { chunkCollector } from './collectChunks';

/** A body that comes slower than this on average, after it was given time to begin, is no upload but holds a place. */
const leastBytesPerSecond = 1024;

/** What a body may cost. */
export interface BodyBounds {
  maxBytes: number;
  /** Until its next bytes come. */
  timeoutMs: number;
  /** Is shown each piece as it comes. */
  onChunk?: (chunk: Uint8Array) => void;
}

/**
 * The bytes of a body as they come. Throws 413 where they are too many, 408 where they do not come. The source is told to stop
 * in no case: for a request that would be the end of its connection, and it is to be answered still.
 */
export async function* boundedBody(
  chunks: AsyncIterator<Uint8Array>,
  { maxBytes, timeoutMs, onChunk }: BodyBounds,
): AsyncGenerator<Uint8Array, void> {
  const began = performance.now();
  const collect = chunkCollector();
  for (let received = 0; ; ) {
    const late = (received / leastBytesPerSecond) * 1000 + timeoutMs - (performance.now() - began);
    const { done, value } = await within(Math.min(timeoutMs, late), chunks.next());
    if (done) return;
    received += value.byteLength;
    requireSize(received, maxBytes);
    onChunk?.(value);
    yield value;
    collect(value.byteLength);
  }
}

/** Throws 413. */
export function requireSize(bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new HttpError(
    413,
    `expected a video of at most ${maxBytes} bytes (maxVideoBytes) but received more`,
    'TOO_LARGE',
  );
}

/** Rejects with 408 where the promise takes longer. */
export async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new HttpError(408, 'expected the next bytes sooner (receiveTimeoutMs)', 'TOO_SLOW')),
      Math.max(0, timeoutMs),
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
