import pc from 'picocolors';

/**
 * Colours for what is written to a stream: none where it is no terminal or `NO_COLOR` is set to anything;
 * `FORCE_COLOR` turns them on for a pipe.
 */
export function colorsFor(stream: NodeJS.WriteStream): ReturnType<typeof pc.createColors> {
  // Not picocolors' own rule: that one colours whatever a CI machine writes to a file.
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const isForced = Boolean(FORCE_COLOR) && FORCE_COLOR !== '0';
  return pc.createColors(!NO_COLOR && (isForced || (stream.isTTY === true && TERM !== 'dumb')));
}

/** Writes one line to standard output. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Writes one JSON value as a line of its own to standard output. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/** Writes one line for a person to standard error. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
