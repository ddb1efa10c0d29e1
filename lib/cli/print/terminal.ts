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

/** Characters that fit on a line of what is written to a stream; no bound where it is no terminal. */
export function columnsOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY && stream.columns > 0 ? stream.columns : Number.POSITIVE_INFINITY;
}

/** Writes one line to standard output. */
export function print(line = ''): void {
  process.stdout.write(`${harmless(line, process.stdout)}\n`);
}

/** Writes one JSON value as a line of its own to standard output. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/** Writes one line for a person to standard error. */
export function note(line: string): void {
  process.stderr.write(`${harmless(line, process.stderr)}\n`);
}

// Control characters, and those that turn the direction of what follows.
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are the ones to escape
const controls = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as they begin with one
const colorsAndLines = /(\u001b\[\d*m|\n)/;

/** A text from outside, such as the name of a file, on one line, with its control characters escaped. */
export function visible(text: string): string {
  return text.replace(controls, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Whatever is printed may hold names from outside, which a terminal must not obey: only lines and colours are left. */
function harmless(text: string, stream: NodeJS.WriteStream): string {
  const kept = colorsFor(stream).isColorSupported ? colorsAndLines : /(\n)/;
  return text
    .split(kept)
    .map((part, index) => (index % 2 === 1 ? part : visible(part)))
    .join('');
}
