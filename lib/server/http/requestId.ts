import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** As callers may name their requests. */
const requestId = /^[\w.:/+=-]{1,128}$/;

/** The caller's own name for it, where he gave a sensible one, so that it can be followed from one service to the next. */
export function idOf({ headers }: IncomingMessage): string {
  const said = headers['x-request-id'];
  return typeof said === 'string' && requestId.test(said) ? said : randomUUID();
}
