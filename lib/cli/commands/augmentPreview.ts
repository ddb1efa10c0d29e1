import { relative } from 'node:path';
import { type Command, Option } from 'commander';
import { writeAtomically } from '../../base/writeAtomically';
import type { Augmentation } from '../../training/augmentation';
import { augmentFlags, augmentFrom } from '../flags/augmentFlags';
import { dataArgument } from '../flags/dataArgument';
import { type InputOptions, inputFrom, trainingInputFlags } from '../flags/modelFlags';
import { wholeNumber } from '../flags/parsers';
import { note } from '../print/terminal';

type Options = InputOptions &
  Augmentation & {
    out: string;
    architecture?: string;
    from?: string;
    clips: number;
    versions: number;
    seed: number;
    stride?: number;
  };

const notes = `
The picture is an SVG of training clips as they are, after the resize, and under each what augmentation makes of it: the
crop, at the size of the network's input, with every change that the options ask for. Up to 8 frames of a clip are shown.

Examples:
  $ kinetorch augment-preview clips/ -a r2plus1d_18 -o seen.svg --crop-area 0.3,1 --rand-augment 2,9
  $ kinetorch augment-preview clips/manifest.csv --from run/best.pt -o seen.svg --mixup 0.2 --cutmix 1 --clips 10`;

/** `kinetorch augment-preview`. */
export function define(command: Command): void {
  command
    .description('Write a picture of what a network in training sees: clips of a dataset, augmented.')
    .argument('<data>', dataArgument)
    .requiredOption('-o, --out <file>', 'the SVG to write')
    .addOption(
      new Option('-a, --architecture <name>', 'whose input to take: kinetorch create --list').conflicts('from'),
    )
    .option('--from <file>', 'a model file whose input to take')
    .option('--clips <n>', 'clips in the picture, of all classes in turn', wholeNumber(1), 6)
    .option('--versions <n>', 'how often each is augmented', wholeNumber(1), 3)
    .option('--seed <n>', 'of augmentation', wholeNumber(0), 0);
  for (const flag of [...augmentFlags(), ...trainingInputFlags()]) command.addOption(flag);
  command.addHelpText('after', notes).action(preview);
}

async function preview(data: string, flags: Options, command: Command): Promise<void> {
  const { out, architecture, from, clips, versions, seed, stride } = flags;
  if (architecture === undefined && from === undefined) {
    command.error('error: one of --architecture and --from is required');
  }
  const { parse } = await import('../../base/validation.js');
  const { augmentationSchema } = await import('../../training/augmentation.js');
  const { augmentationSheet } = await import('../../training/augmentationSheet.js');
  const { startingModel } = await import('../../training/startingModel.js');
  const { readCollection } = await import('../../dataset/collections/readCollection.js');
  const { splitCollection } = await import('../../dataset/collections/splitCollection.js');
  const { VideoDataset } = await import('../../dataset/clips/videoDataset.js');
  const augment = parse(augmentationSchema, augmentFrom(flags), 'options.augment');
  const { input, close } = await startingModel({ architecture, from, input: inputFrom(flags), seed });
  close();
  const collection = await readCollection(data);
  const { labels, multiLabel } = collection;
  const { train } = splitCollection(collection, { validationShare: 0, seed });
  const samples = inTurn(train, (sample) => sample.labels[0] as number).slice(0, clips);
  const dataset = new VideoDataset(labels, samples, { input, stride, speed: augment.speed, multiLabel });
  const nameOf = (index: number) => relative(collection.root, dataset.nameOf(index));
  const options = { input, augment, versions, seed, nameOf };
  await writeAtomically(out, await augmentationSheet(dataset, [...samples.keys()], options));
  note(`wrote ${out}`);
}

/** One item of each kind, then a second one of each, and so on. */
function inTurn<T>(items: readonly T[], kindOf: (item: T) => number): T[] {
  const turns = new Map<T, number>();
  const seen = new Map<number, number>();
  for (const item of items) {
    const turn = seen.get(kindOf(item)) ?? 0;
    seen.set(kindOf(item), turn + 1);
    turns.set(item, turn);
  }
  return [...items].sort((a, b) => (turns.get(a) as number) - (turns.get(b) as number) || kindOf(a) - kindOf(b));
}
