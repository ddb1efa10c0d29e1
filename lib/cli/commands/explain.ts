import type { Command } from 'commander';
import { type ExplainedSegment, type ExplainVideoOptions, explainVideoOptions } from '../../model/explainOptions';
import { models } from '../../model/models';
import type { Precision } from '../../model/options';
import { precisionFlag, type RuntimeOptions, runtimeFlags } from '../flags/modelFlags';
import { type NetworkOptions, networkFlags, networkFrom } from '../flags/networkFlags';
import { filledFlag, schemaFlag } from '../flags/schemaFlag';
import { note, printJson } from '../print/terminal';
import { TimelinePrinter } from '../print/timelinePrinter';
import { requireShipped } from '../shippedFiles';

type MapOptions = Pick<ExplainVideoOptions, 'label' | 'layer' | 'method' | 'alpha' | 'colormap' | 'moments'>;

interface Options extends RuntimeOptions, NetworkOptions, MapOptions {
  out: string;
  model?: string;
  precision: Precision;
  json?: true;
}

const notes = `
An .mp4 shows every frame that the network saw; an .svg or .png the windows in which the label, or the most probable
one, got its highest scores. The colours go from what matters least in a window to what matters most in it.

With --json, one document: {"segments":[{"startSeconds":…,"endSeconds":…,"label":…,"score":…}],"video":{…},"warnings":[…]}

Examples:
  $ kinetorch explain match.mp4 -o heat.mp4
  $ kinetorch explain match.mp4 --model run/best.pt -o heat.svg --label fight --layer layer2 --moments 4`;

/** `kinetorch explain`. */
export function define(command: Command): void {
  const { label, layer, method, alpha, colormap, moments } = explainVideoOptions;
  command
    .description('Show where a network looked in a video: each frame with a map of what speaks for a label.')
    .argument('<file>', 'the video')
    .requiredOption('-o, --out <file>', 'what to write: .mp4, .svg or .png; a file of that name is overwritten')
    .option('-m, --model <file>', 'model file (default: the camera-motion model that ships with Kinetorch)')
    .addOption(schemaFlag('--label <name>', label))
    .addOption(filledFlag('--layer <name>', layer))
    .addOption(filledFlag('--method <name>', method))
    .addOption(filledFlag('--alpha <n>', alpha))
    .addOption(filledFlag('--colormap <name>', colormap))
    .addOption(schemaFlag('--moments <n>', moments));
  for (const flag of [...runtimeFlags(), precisionFlag(), ...networkFlags()]) command.addOption(flag);
  command.option('--json', 'one JSON document').addHelpText('after', notes).action(explain);
}

async function explain(file: string, options: Options): Promise<void> {
  const { out, model, device, precision, threads, label, layer, method, alpha, colormap, moments, json, ...network } =
    options;
  if (model === undefined) requireShipped(models.cameraMotion, '\n  or take another: --model <file>');
  const { loadModel } = await import('../../model/loadModel.js');
  const said = await networkFrom(network);
  await using loaded = await loadModel(model ?? models.cameraMotion, { device, precision, threads, ...said });
  const printer = new TimelinePrinter({ labels: loaded.labels, showAll: false });
  const onSegment = ({ label: seen, score, ...times }: ExplainedSegment) =>
    printer.segment({ ...times, paddedSeconds: 0, predictions: [{ label: seen, index: 0, score }] });
  const wanted = { label, layer, method, alpha, colormap, moments, ...(!json && { onSegment }) };
  const explained = await loaded.explainVideo(file, out, wanted);
  for (const warning of explained.warnings) note(`warning: ${warning}`);
  if (json) printJson(explained);
  note(`wrote ${out}`);
}
