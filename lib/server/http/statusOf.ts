import type { ErrorCode } from '../../base/errors';
import { KinetorchError } from '../../base/errors';

/** What HTTP calls each error; those that are not here are the server's own fault, 500. */
const statuses: Partial<Record<ErrorCode, number>> = {
  ERR_INVALID_ARGUMENT: 400,
  ERR_CLIP_SHAPE: 400,
  ERR_CLIP_DATA: 400,
  ERR_UNSUPPORTED: 400,
  ERR_ABORTED: 499,
  ERR_QUEUE_FULL: 503,
  ERR_TIMEOUT: 503,
  ERR_DISPOSED: 503,
  ERR_OUT_OF_MEMORY: 503,
  ERR_VIDEO_DECODER: 503,
  ERR_VIDEO_OPEN: 422,
  ERR_VIDEO_NO_STREAM: 422,
  ERR_VIDEO_DECODE: 422,
};

/** Trouble that has a status of HTTP and no code of the library's, such as an unknown model. */
export class HttpError extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
    /** Stable, for programs: `NOT_FOUND`, `TOO_LARGE`, … */
    readonly code: string,
  ) {
    super(message);
  }
}

/** The status of any error that ended a request: the library's, Fastify's own, or a fault. */
export function statusOf(error: unknown): number {
  if (error instanceof KinetorchError) return statuses[error.code] ?? 500;
  const { statusCode } = error as { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 400 ? statusCode : 500;
}
