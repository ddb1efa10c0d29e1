import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { decodeText, linesOf } from '../../base/decodeText';
import { KinetorchError } from '../../base/errors';
import { formatCount } from '../../base/format';
import { createModelOptions } from '../../model/options';
import { type InputOptions, inputFlags, inputFrom } from '../flags/modelFlags';
import { schemaFlag } from '../flags/schemaFlag';
import { listArchitectures } from '../print/architectureTable';
import { plural } from '../print/format';
import { colorsFor, print, printJson } from '../print/terminal';

interface Options extends InputOptions {
  list?: boolean;
  labels?: string;
  labelsFile?: string;
  classes?: number;
  weights?: string;
  seed?: number;
  license?: string;
  force?: boolean;
  json?: boolean;
}

const notes = `
With --json: {"file":…,"bytes":…,"metadata":{…}}; with --list, an array of the table's rows.

Examples:
  $ kinetorch create --list
  $ kinetorch create r2plus1d_18 gestures.pt --labels wave,clap,point
  $ kinetorch create r3d_18 kinetics.pt --labels-file kinetics400.txt --weights r3d_18.pth
  $ kinetorch create ir_csn_26 csn.pt --classes 10 --frames 16 --height 112 --width 112`;

/** `kinetorch create`. */
export function define(command: Command): void {
  const { numClasses, weights, seed, license } = createModelOptions;
  command
    .description('Make a model file: an architecture with fresh weights, or with weights from a file.')
    .argument('[architecture]', 'a name that --list shows')
    .argument('[file]', 'where to write the model')
    .option('--list', 'show the architectures, their parameters and GFLOPs')
    .addOption(new Option('--labels <a,b,c>', 'class names').conflicts(['labelsFile', 'classes']))
    .addOption(new Option('--labels-file <file>', 'class names, one a line').conflicts('classes'))
    .addOption(schemaFlag('--classes <n>', numClasses))
    .addOption(schemaFlag('--weights <file>', weights));
  for (const flag of inputFlags()) command.addOption(flag);
  command
    .addOption(schemaFlag('--seed <n>', seed))
    .addOption(schemaFlag('--license <spdx>', license))
    .option('-f, --force', 'overwrite the file')
    .option('--json', 'one JSON document')
    .addHelpText('after', notes)
    .action(create);
}

async function create(
  architecture: string | undefined,
  file: string | undefined,
  options: Options,
  command: Command,
): Promise<void> {
  if (options.list) return listArchitectures(options.json === true);
  if (architecture === undefined) command.error("error: missing required argument 'architecture' (or --list)");
  if (file === undefined) command.error("error: missing required argument 'file'");
  if (options.labels === undefined && options.labelsFile === undefined && options.classes === undefined) {
    command.error('error: one of --labels, --labels-file and --classes is required');
  }
  if (existsSync(file) && !options.force) {
    throw new KinetorchError('ERR_FILE_ACCESS', `${file} exists already; --force overwrites it`);
  }
  const labels = await labelsFrom(options);
  const { createModel } = await import('../../model/createModel.js');
  const archive = await createModel({
    architecture,
    labels,
    numClasses: options.classes,
    weights: options.weights,
    input: inputFrom(options),
    seed: options.seed,
    license: options.license,
  });
  await archive.save(file);
  const { metadata, bytes } = archive;
  if (options.json) return printJson({ file, bytes: bytes.length, metadata });
  const { dim } = colorsFor(process.stdout);
  const { frames, height, width } = metadata.input;
  const weights = options.weights === undefined ? 'fresh weights' : `weights from ${options.weights}`;
  print(`${file}  ${dim(`${(bytes.length / 1e6).toFixed(1)} MB`)}`);
  print(
    dim(
      `  ${architecture}, ${formatCount(metadata.labels.length)} ${metadata.labels.length === 1 ? 'class' : 'classes'}, ` +
        `clips of ${plural(frames, 'frame')} of ${width}×${height}, ${weights}`,
    ),
  );
}

async function labelsFrom({ labels, labelsFile }: Options): Promise<string[] | undefined> {
  if (labels !== undefined) return trimmed(labels.split(','));
  if (labelsFile === undefined) return undefined;
  try {
    const text = decodeText(await readFile(labelsFile), labelsFile, 'ERR_FILE_ACCESS');
    return linesOf(text).map((line) => line.text);
  } catch (cause) {
    if (cause instanceof KinetorchError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'ERR_FILE_NOT_FOUND' : 'ERR_FILE_ACCESS';
    throw new KinetorchError(code, `cannot read ${labelsFile}: ${(cause as Error).message}`, { cause });
  }
}

/** Names without the space around them; empty ones, such as a file's last line, are none. */
function trimmed(names: string[]): string[] {
  return names.map((name) => name.trim()).filter((name) => name !== '');
}
