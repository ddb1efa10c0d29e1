import type { Command } from 'commander';
import { defined } from '../base/defined';
import type { ClipCacheOptions } from '../dataset/options';

/** Flags that change how a run goes on, not what it learns. */
const freeOnResume = [
  ...['device', 'threads', 'decoders', 'checkpointMinutes'],
  ...['maxSkippedShare', 'cache', 'cacheSize', 'cacheFolder', 'fetchWeights'],
];

/**
 * The options of the run that `--resume` names, with those that flags may change. Ends the program where data or other
 * flags are given.
 *
 * @param begun what the run was begun with
 * @param optionsFrom options of flags
 */
export async function resumedRun<Options extends { cache?: ClipCacheOptions }>(
  command: Command,
  { data, flags }: { data: string | undefined; flags: object },
  { begun, optionsFrom }: { begun: () => Promise<Options>; optionsFrom: (flags: object) => Partial<Options> },
): Promise<Options> {
  const given = Object.keys(flags).filter((name) => command.getOptionValueSource(name) === 'cli');
  const fixed = command.options.find((option) => {
    const name = option.attributeName();
    return given.includes(name) && !freeOnResume.includes(name);
  });
  if (data !== undefined || fixed) {
    const what = fixed?.long ?? 'the data';
    command.error(`error: --resume takes the options of the run it goes on with; leave out ${what}`);
  }
  const options = await begun();
  const { cache, ...changed } = optionsFrom(pick(flags, given));
  return { ...options, ...defined(changed), cache: { ...options.cache, ...defined(cache ?? {}) } };
}

function pick(object: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => names.includes(name)));
}
