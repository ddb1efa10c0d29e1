/** Lets go of a stream that is not read on, since whoever writes into it would wait for ever; of anything else, nothing. */
export function releaseStream(source: unknown): void {
  const stream = source as { destroy?: unknown; cancel?: unknown } | null | undefined;
  if (typeof stream?.destroy === 'function') stream.destroy();
  // A stream of the web that is being read is locked, and its reader cancels it.
  else if (typeof stream?.cancel === 'function') void Promise.resolve(stream.cancel()).catch(() => {});
}
