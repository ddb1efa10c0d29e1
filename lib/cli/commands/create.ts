import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { KinetorchError } from '../../base/errors';
import { formatCount } from '../../base/format';
import type { ModelArchive } from '../../model/createModel';
import { type CreateModelOptions, createModelOptions } from '../../model/options';
import type { ModelInput } from '../../model/types';
import { labelFlags, labelsFrom } from '../flags/labelFlags';
import { type InputOptions, inputFlags, inputFrom } from '../flags/modelFlags';
import { inputFlag, type NetworkOptions, scoreFlags } from '../flags/networkFlags';
import { schemaFlag } from '../flags/schemaFlag';
import { listArchitectures } from '../print/architectureTable';
import { formatMegabytes, plural } from '../print/format';
import { colorsFor, print, printJson } from '../print/terminal';

type FrameCnnOptions = Pick<CreateModelOptions, 'stream' | 'pool' | 'dropout'>;

interface Options extends InputOptions, Omit<NetworkOptions, 'input'>, FrameCnnOptions {
  list?: boolean;
  torchscript?: string;
  input?: Partial<ModelInput>;
  classes?: number;
  weights?: string;
  inflate?: 'average' | 'centre';
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
  $ kinetorch create i3d_50 inflated.pt --labels wave,clap,point --weights resnet50-11ad3fa6.pth
  $ kinetorch create --torchscript x3d_s.torchscript.pt x3d_s.pt --labels-file kinetics400.txt \\
      --input frames=13,height=160,width=160,frameRate=5,resize=160,mean=0.45:0.45:0.45,std=0.225:0.225:0.225
  $ kinetorch create mobilenet_v2 motion.pt --stream difference --labels fight,other --weights mobilenet_v2-b0353104.pth
  $ kinetorch create ir_csn_26 csn.pt --classes 10 --frames 16 --height 112 --width 112`;

/** `kinetorch create`. */
export function define(command: Command): void {
  const { numClasses, weights, inflate, seed, license, stream, pool, dropout } = createModelOptions;
  command
    .description('Make a model file: an architecture with fresh weights, or with weights from a file.')
    .argument('[architecture]', 'a name that --list shows')
    .argument('[file]', 'where to write the model')
    .option('--list', 'show the architectures, their parameters and GFLOPs')
    .option('--torchscript <file>', 'instead of an architecture: a TorchScript network, put into a model file')
    .addOption(schemaFlag('--classes <n>', numClasses))
    .addOption(schemaFlag('--weights <file>', weights))
    .addOption(schemaFlag('--inflate <how>', inflate));
  for (const flag of [...labelFlags(['classes']), ...inputFlags(), inputFlag(), ...scoreFlags()])
    command.addOption(flag);
  command
    .addOption(schemaFlag('--stream <name>', stream))
    .addOption(schemaFlag('--pool <name>', pool))
    .addOption(schemaFlag('--dropout <n>', dropout))
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
  if (options.torchscript !== undefined) return wrap(options.torchscript, architecture, file, options, command);
  if (architecture === undefined) command.error("error: missing required argument 'architecture' (or --list)");
  if (file === undefined) command.error("error: missing required argument 'file'");
  if (options.labels === undefined && options.labelsFile === undefined && options.classes === undefined) {
    command.error('error: one of --labels, --labels-file and --classes is required');
  }
  if ([options.task, options.output, options.perFrame].some((option) => option !== undefined)) {
    command.error('error: --task, --output and --per-frame are for --torchscript');
  }
  refuseExisting(file, options);
  const labels = await labelsFrom(options);
  const { createModel } = await import('../../model/createModel.js');
  const archive = await createModel({
    architecture,
    labels,
    numClasses: options.classes,
    weights: options.weights,
    inflate: options.inflate,
    input: partsOf(options),
    stream: options.stream,
    pool: options.pool,
    dropout: options.dropout,
    seed: options.seed,
    license: options.license,
  });
  const weights = options.weights === undefined ? 'fresh weights' : `weights from ${options.weights}`;
  await save(archive, file, `${architecture}`, weights, options);
}

/** A network from elsewhere, with what has to be known of it. */
async function wrap(
  network: string,
  file: string | undefined,
  tooMany: string | undefined,
  options: Options,
  command: Command,
): Promise<void> {
  if (file === undefined) command.error("error: missing required argument 'file'");
  const { weights, inflate, classes, seed, stream, pool, dropout } = options;
  const made = [weights, inflate, classes, seed, stream, pool, dropout];
  if (tooMany !== undefined || made.some((option) => option !== undefined)) {
    command.error(
      'error: --torchscript takes one file to write and --labels or --labels-file; no architecture, and none of --weights, --inflate, --classes, --seed, --stream, --pool, --dropout',
    );
  }
  refuseExisting(file, options);
  const { wrapModel } = await import('../../model/wrapModel.js');
  const { task, output, perFrame } = options;
  const archive = await wrapModel(network, {
    labels: await labelsFrom(options),
    input: partsOf(options),
    task,
    output,
    perFrame,
    license: options.license,
  });
  await save(archive, file, `network of ${network}`, archive.metadata.task, options);
}

function refuseExisting(file: string, { force }: Options): void {
  if (!existsSync(file) || force) return;
  throw new KinetorchError('ERR_FILE_ACCESS', `${file} exists already; --force overwrites it`);
}

/** Parts of the input from --input and from flags of their own. */
function partsOf(options: Options): Partial<ModelInput> | undefined {
  const parts = { ...options.input, ...inputFrom(options) };
  return Object.keys(parts).length === 0 ? undefined : parts;
}

async function save(
  archive: ModelArchive,
  file: string,
  network: string,
  origin: string,
  options: Options,
): Promise<void> {
  await archive.save(file);
  const { metadata, bytes } = archive;
  if (options.json) return printJson({ file, bytes: bytes.length, metadata });
  const { dim } = colorsFor(process.stdout);
  const { frames, height, width } = metadata.input;
  const { length: count } = metadata.labels;
  const classes = count === 0 ? '' : `, ${formatCount(count)} ${count === 1 ? 'class' : 'classes'}`;
  print(`${file}  ${dim(`${formatMegabytes(bytes.length)}`)}`);
  print(dim(`  ${network}${classes}, clips of ${plural(frames, 'frame')} of ${width}×${height}, ${origin}`));
}
