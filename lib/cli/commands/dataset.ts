import { relative } from 'node:path';
import type { Command } from 'commander';
import { formatCount } from '../../base/format';
import { writeAtomically } from '../../base/writeAtomically';
import type { CollectionReport } from '../../dataset/collections/collectionReport';
import { type ReadCollectionOptions, readCollectionOptions } from '../../dataset/options';
import { PartialFailure } from '../failures';
import { dataArgument } from '../flags/dataArgument';
import { wholeNumber } from '../flags/parsers';
import { schemaFlag } from '../flags/schemaFlag';
import { ProgressBar } from '../print/progressBar';
import { table } from '../print/table';
import { colorsFor, note, print, printJson } from '../print/terminal';

interface Options {
  json?: boolean;
  picture?: string;
  frames: number;
  height: number;
  width?: number;
  officialSplit?: ReadCollectionOptions['officialSplit'];
}

const notes = `
<path> is a folder with a folder of videos (or of folders of pictures) for each class, which may lie in folders called
train, val and test; a CSV manifest or a folder that holds manifest.csv; a UCF101 or HMDB51 folder with its official lists;
or lists of mmaction2, PySlowFast, Kinetics, ActivityNet or Something-Something, or a folder that holds them and the videos.
A manifest's first line names its columns: path,label and any of group,split,fold,start,end. Several labels of a clip are
separated by | or ;. What lies in a folder and is no clip is counted as "left out".

Every file is opened and its first frame decoded. Exit code 1 where a clip cannot be used; training would leave it out.
Groups on several sides of the splits or folds are told: figures would be better than on videos never seen.

With --json, one document: {"root":…,"format":…,"multiLabel":…,"clips":…,"files":…,"classes":[…],"splits":{…},
"folds":{…},"seconds":{…},"sizes":[…],"frameRates":[…],"codecs":[…],"groups":…,"groupsAcrossSplits":[…],"groupsAcrossFolds":[…],
"leftOut":[…],"warnings":[…],"broken":[…],"withWarnings":[…]}.

Examples:
  $ kinetorch dataset clips/
  $ kinetorch dataset clips/manifest.csv --picture clips.svg
  $ kinetorch dataset clips/ --json | jq .broken`;

/** `kinetorch dataset`. */
export function define(command: Command): void {
  command
    .description('Open every file of a dataset and show classes, splits, durations, sizes, rates and broken files.')
    .argument('<path>', dataArgument)
    .option('--picture <file>', 'write frames of two clips of each class as an SVG')
    .option('--frames <n>', 'frames of each clip in the picture', wholeNumber(1), 8)
    .option('--height <n>', 'their height in pixels; the short side without --width', wholeNumber(1), 96)
    .option('--width <n>', 'their width (default: as the video is)', wholeNumber(1))
    .addOption(schemaFlag('--official-split <n>', readCollectionOptions.officialSplit))
    .option('--json', 'one JSON document')
    .addHelpText('after', notes)
    .action(checkDataset);
}

async function checkDataset(path: string, options: Options): Promise<void> {
  const { readCollection } = await import('../../dataset/collections/readCollection.js');
  const { checkCollection } = await import('../../dataset/collections/checkCollection.js');
  const collection = await readCollection(path, { officialSplit: options.officialSplit });
  const bar = new ProgressBar('  checking {bar} {value}/{total} files  {eta_formatted}');
  bar.start(new Set(collection.samples.map((sample) => sample.path)).size);
  const report = await checkCollection(collection, { onProgress: ({ done }) => bar.update(done) }).finally(() =>
    bar.clear(),
  );
  if (options.json) printJson(report);
  else printReport(report);
  if (options.picture !== undefined) {
    const { collectionSheet } = await import('../../dataset/clips/collectionSheet.js');
    const { frames, height, width } = options;
    const resize = width === undefined ? [height] : [height, width];
    await writeAtomically(options.picture, await collectionSheet(collection, { frames, resize }));
    note(`wrote ${options.picture}`);
  }
  if (report.broken.length > 0) throw new PartialFailure(`${report.broken.length} clips cannot be used`);
}

const shownProblems = 20;

function printReport(report: CollectionReport): void {
  const { bold, dim, red, yellow, green } = colorsFor(process.stdout);
  const fact = (name: string, text: string) => print(`  ${dim(name.padEnd(12))}  ${text}`);
  const { seconds, broken, withWarnings } = report;
  print(bold(report.root));
  fact('format', formats[report.format] + (report.multiLabel ? ', several classes a clip' : ''));
  fact('clips', `${formatCount(report.clips)} in ${formatCount(report.files)} files`);
  if (Object.keys(report.folds).length > 0) fact('folds', counts(Object.entries(report.folds)));
  if (report.groups > 0) fact('groups', formatCount(report.groups));
  if (seconds) {
    const { min, median, max, total } = seconds;
    fact('seconds', `${min.toFixed(2)} to ${max.toFixed(2)}, median ${median.toFixed(2)}; ${hours(total)} in all`);
  }
  fact('sizes', counts(report.sizes.map(({ width, height, files }) => [`${width}×${height}`, files])));
  fact('frame rates', counts(report.frameRates.map(({ frameRate, files }) => [`${frameRate ?? 'unknown'}`, files])));
  fact('codecs', counts(report.codecs.map(({ codec, container, files }) => [`${codec} in ${container}`, files])));
  print();
  classTable(report).forEach((line, index) => {
    print(`  ${index === 0 ? dim(line) : line}`);
  });
  print();
  for (const warning of report.warnings) print(yellow(`warning: ${warning}`));
  printCrossing(report, yellow);
  const list = (lines: readonly string[]) => {
    for (const line of lines.slice(0, shownProblems)) print(`  ${line}`);
    if (lines.length > shownProblems) print(`  and ${lines.length - shownProblems} more; --json lists all`);
  };
  const nameOf = (path: string) => relative(report.root, path);
  for (const { reason, count, examples, isExpected } of report.leftOut) {
    // Of what may be a mistake a warning has told.
    if (!isExpected) continue;
    print(
      dim(`left out: ${formatCount(count)} ${reason}: ${examples.join(', ')}${count > examples.length ? ', …' : ''}`),
    );
  }
  if (withWarnings.length > 0) print(yellow(`${withWarnings.length} with warnings, but can be used:`));
  list(withWarnings.map(({ path, warnings }) => `${nameOf(path)}: ${warnings.join('; ')}`));
  if (broken.length === 0) print(green('every clip can be used'));
  else print(red(`${broken.length} cannot be used:`));
  list(broken.map(({ path, reason }) => `${nameOf(path)}: ${reason}`));
}

function printCrossing(report: CollectionReport, yellow: (text: string) => string): void {
  const warn = (groups: CollectionReport['groupsAcrossSplits'], what: string) => {
    if (groups.length === 0) return;
    const shown = groups.slice(0, 5).map(({ group, sides }) => `${group} (${sides.join(', ')})`);
    const more = groups.length > shown.length ? ', …' : '';
    const number = groups.length === 1 ? '1 group lies' : `${groups.length} groups lie`;
    print(yellow(`warning: ${number} in several ${what}: ${shown.join(', ')}${more}`));
  };
  warn(report.groupsAcrossSplits, 'splits');
  warn(report.groupsAcrossFolds, 'folds');
}

const formats: Record<CollectionReport['format'], string> = {
  folders: 'a folder for each class',
  manifest: 'CSV manifest',
  ucf101: 'UCF101',
  hmdb51: 'HMDB51',
  'path-list': 'lists of paths and labels',
  kinetics: 'CSV of Kinetics',
  activitynet: 'JSON of ActivityNet',
  'something-something': 'JSON of Something-Something',
};

function classTable({ classes, splits }: CollectionReport): string[] {
  const named = (['train', 'validation', 'test'] as const).filter((split) => splits[split] !== undefined);
  const columns = ['clips', ...named].map((title) => ({ title, align: 'right' as const }));
  const rows = classes.map((one) => [
    one.label,
    ...(['clips', ...named] as const).map((column) => formatCount(one[column])),
  ]);
  if (named.length > 0) {
    const all = classes.reduce((sum, one) => sum + one.clips, 0);
    rows.push(['all', formatCount(all), ...named.map((split) => formatCount(splits[split] ?? 0))]);
  }
  return table([{ title: 'class' }, ...columns], rows);
}

/** `a (12), b (3), …`. */
function counts(values: readonly (readonly [string, number])[]): string {
  const shown = values
    .slice(0, 6)
    .map(([name, count]) => (values.length === 1 ? name : `${name} (${formatCount(count)})`));
  return shown.join(', ') + (values.length > shown.length ? `, and ${values.length - shown.length} more` : '');
}

function hours(seconds: number): string {
  const minutes = seconds / 60;
  if (minutes < 2) return `${seconds.toFixed(1)} s`;
  return minutes < 120 ? `${minutes.toFixed(1)} min` : `${(minutes / 60).toFixed(1)} h`;
}
