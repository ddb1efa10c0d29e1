import { existsSync } from 'node:fs';

/** What to say where an argument was taken for a flag though there is a file of that name; null where none was. */
export function dashNameHint(args: readonly string[]): string | null {
  const end = args.indexOf('--');
  const flags = end === -1 ? args : args.slice(0, end);
  const file = flags.find((arg) => arg.startsWith('-') && existsSync(arg));
  return file === undefined
    ? null
    : `A file's name that begins with "-" looks like an option: write ./${file}, or -- before all files`;
}
