import type { Command } from 'commander';

/** Options of the library whose flags have another name. */
const otherNames: Record<string, string> = {
  learningRate: '--lr',
  outDir: '--out',
  outFile: '--out',
  numClasses: '--classes',
  windowSeconds: '--window',
  strideSeconds: '--stride',
  'cache.where': '--cache',
  'cache.maxBytes': '--cache-size',
  'cache.folder': '--cache-folder',
  nesterov: '--no-nesterov',
  noAuth: '--no-auth',
  mask: '--mask-ratio',
  'mask.ratio': '--mask-ratio',
  'mask.cell': '--mask-cell',
};

/** The flag of a command that sets an option, given as the path within the options; undefined where there is none. */
function flagOf(path: string, command: Command): string | undefined {
  const name = path.split('.').at(-1) as string;
  const other = otherNames[path] ?? otherNames[name];
  const flag = command.options.find((option) => option.attributeName() === name || option.long === other);
  return flag?.long;
}

/** A message of the library in a command's own words: an option in backticks is named by the flag that sets it. */
export function inFlags(message: string, command: Command): string {
  return message.replace(
    /`([a-z][\w.]*)`/gi,
    (whole, path: string) => flagOf(path.replace(/^options\./, ''), command) ?? whole,
  );
}
