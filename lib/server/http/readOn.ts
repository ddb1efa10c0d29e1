import type { IncomingMessage } from 'node:http';

/** As long as it takes a caller to read an answer. */
const patienceMs = 1000;

/**
 * Reads on, into nothing, what a caller still sends though it is being refused or was answered, and hangs up on one that goes
 * on. If its connection were closed at once, it would get a reset in place of the answer.
 */
export function readOn(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => request.destroy(), patienceMs).unref();
  for (const event of ['end', 'close'] as const) request.once(event, () => clearTimeout(timer));
}
