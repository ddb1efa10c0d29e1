import type { Command } from 'commander';
import { defined } from '../../base/defined';
import { formatCount } from '../../base/format';
import { describeFindings } from '../../model/findings';
import type { ModelSummary } from '../../model/inspectModel';
import type { ModelInput, ModelMetadata, Quantization } from '../../model/types';
import { type InputOptions, inputFrom, sizeFlags } from '../flags/modelFlags';
import { type NetworkOptions, networkFlags, networkFrom } from '../flags/networkFlags';
import { formatGflops, formatMegabytes, formatShape, plural } from '../print/format';
import { table } from '../print/table';
import { colorsFor, print, printJson } from '../print/terminal';

interface Options extends InputOptions, NetworkOptions {
  layers?: boolean;
  json?: boolean;
}

const notes = `
GFLOPs are billions of multiply-adds for one clip. Shapes are C×T×H×W.

With --json, one document: {"file":…,"format":…,"bytes":…,"metadata":{…},"findings":[…],"parameters":…,"gflops":…,"stages":[…],
"unknownOperator":…,"given":{…}}, and "layers" too with --layers. "given" is what the flags say.

Examples:
  $ kinetorch inspect gestures.pt
  $ kinetorch inspect r2plus1d_18.pt --frames 32 --layers
  $ kinetorch inspect r2plus1d_18.pt --json | jq .parameters`;

/** `kinetorch inspect`. */
export function define(command: Command): void {
  command
    .description('Show the architecture, labels, parameters and GFLOPs of a model file.')
    .argument('<file>', 'a TorchScript file');
  for (const flag of [...sizeFlags(), ...networkFlags()]) command.addOption(flag);
  command
    .option('--layers', 'a line for each layer instead of each stage')
    .option('--json', 'one JSON document')
    .addHelpText('after', notes)
    .action(inspect);
}

async function inspect(file: string, options: Options): Promise<void> {
  const { inspectModel } = await import('../../model/inspectModel.js');
  const size = { ...options.input, ...inputFrom(options) };
  const { layers, ...summary } = await inspectModel(file, size);
  const given = defined({ ...(await networkFrom(options)), input: Object.keys(size).length > 0 ? size : undefined });
  if (options.json) return printJson({ file, ...summary, given, ...(options.layers ? { layers } : {}) });
  const known = { ...summary.metadata, ...given, input: { ...summary.metadata?.input, ...size } };
  printSummary(file, { ...summary, layers }, known, options.layers);
}

/** What is known of a network, by its file or by the flags. */
type Known = Partial<Pick<ModelMetadata, 'labels' | 'task' | 'output'>> & { input: Partial<ModelInput> };

function printSummary(
  file: string,
  summary: ModelSummary,
  { labels, input, task, output }: Known,
  showLayers = false,
): void {
  const { bold, dim } = colorsFor(process.stdout);
  const { findings, metadata, parameters, gflops, unknownOperator } = summary;
  const objective = metadata?.reconstruction?.objective;
  const fact = (name: string, text: string) => print(`  ${dim(name.padEnd(12))}  ${text}`);
  const { frames, height, width } = { frames: 16, height: 112, width: 112, ...input };
  print(bold(file));
  fact('architecture', metadata?.architecture ?? 'not made by Kinetorch (no kinetorch.json inside)');
  fact('code', findings.length > 0 ? `runs code: ${describeFindings(findings)}` : describeFindings(findings));
  fact('size', formatMegabytes(summary.bytes));
  if (metadata?.quantization) fact('int8', quantizationText(metadata.quantization));
  const uncounted = findings.length > 0 ? 'not counted: its code would have to run' : 'not counted';
  fact('parameters', parameters === null ? uncounted : formatCount(parameters));
  const clip = `${frames} frames of ${width}×${height}`;
  if (gflops !== null) fact('GFLOPs', `${formatGflops(gflops)} for ${clip}`);
  else if (unknownOperator !== null) fact('GFLOPs', `not known: operator ${unknownOperator}`);
  if (input.frameRate !== undefined) {
    fact('input', `${clip} at ${input.frameRate} a second`);
    fact('sampling', input.sampling === 'segment' ? 'frames spread over the whole video' : 'consecutive frames');
  }
  if (input.untaggedMatrix !== undefined) fact('untagged', `matrix ${input.untaggedMatrix}`);
  if (input.resize) fact('resize', resizeText(input.resize));
  if (task === 'multilabel') fact('task', 'several classes a clip');
  if (task === 'reconstruct')
    fact('task', `gives clips back${objective === undefined ? '' : ` (${objective})`}; no head`);
  if (output !== undefined) fact('output', output);
  if (labels && labels.length > 0) fact('labels', `${formatCount(labels.length)}: ${shortList(labels)}`);
  if (metadata?.license !== undefined) fact('licence', metadata.license);
  const lines = showLayers ? layerTable(summary) : stageTable(summary);
  if (lines.length <= 1) return;
  print();
  lines.forEach((line, index) => {
    print(`  ${index === 0 ? dim(line) : line}`);
  });
}

/** `35 of 37 convolutions, ranges by mse of 200 clips`. */
function quantizationText({ layers, method, clips }: Quantization): string {
  const chosen = layers.filter(({ int8 }) => int8).length;
  return `${chosen} of ${plural(layers.length, 'convolution')}, ranges by ${method} of ${plural(clips, 'clip')}`;
}

/** As pictures are usually given, and as the flag takes it. */
function resizeText([height, width]: ModelInput['resize']): string {
  return width === undefined ? `${height} (short side)` : `${width}×${height} (--resize ${height}x${width})`;
}

const numbers = [
  { title: 'output' },
  { title: 'parameters', align: 'right' },
  { title: 'GFLOPs', align: 'right' },
] as const;

function stageTable({ stages }: ModelSummary): string[] {
  const rows = stages.map((stage) => [
    stage.name,
    formatShape(stage.outputShape),
    formatCount(stage.parameters),
    formatGflops(stage.gflops),
  ]);
  return table([{ title: 'stage' }, ...numbers], rows);
}

function layerTable({ layers }: ModelSummary): string[] {
  const rows = layers.map((layer) => [
    layer.path,
    layer.kind,
    formatShape(layer.outputShape),
    formatCount(layer.parameters),
    formatGflops(layer.macs / 1e9),
  ]);
  return table([{ title: 'layer' }, { title: 'kind' }, ...numbers], rows);
}

/** The first few of many names. */
function shortList(names: readonly string[]): string {
  const shown = 12;
  return names.slice(0, shown).join(', ') + (names.length > shown ? ', …' : '');
}
