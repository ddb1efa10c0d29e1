import type { Command } from 'commander';
import { invalidArgument } from '../../base/errors';
import { spreadOptions, windowOptions } from '../../model/classifyOptions';
import { models } from '../../model/models';
import type { Precision } from '../../model/options';
import { requireOutputs } from '../../model/requireOutputs';
import type { VideoModel } from '../../model/videoModel';
import { errorReport, noteError, PartialFailure } from '../failures';
import { precisionFlag, type RuntimeOptions, runtimeFlags } from '../flags/modelFlags';
import { type NetworkOptions, networkFlags, networkFrom } from '../flags/networkFlags';
import { wholeNumber } from '../flags/parsers';
import { filledFlag, schemaFlag } from '../flags/schemaFlag';
import { type InputFile, inputFiles } from '../inputFiles';
import { printClips, printTimeline, type ReportOptions } from '../print/classifyReport';
import { plural } from '../print/format';
import { note, printJson } from '../print/terminal';
import { TimelinePrinter } from '../print/timelinePrinter';
import { requireShipped } from '../shippedFiles';

interface Options extends RuntimeOptions, NetworkOptions, ReportOptions {
  model?: string;
  clips?: number;
  precision: Precision;
}

const notes = `
A line is marked "unclear" where the best label has a probability below 50%. Milliseconds are the network's; the
decoder works ahead in a process of its own.

With --json, one line for each file as soon as it is done:
  {"file":…,"video":{…},"segments":[{"startSeconds":…,"endSeconds":…,"paddedSeconds":…,
   "predictions":[{"label":…,"index":…,"score":…}],"milliseconds":…}],"warnings":[…],"milliseconds":…}         ("predictions" of the whole video too with --clips)
  {"file":…,"error":{"code":…,"message":…}}                    for a file that failed

Examples:
  $ kinetorch classify match.mp4
  $ kinetorch classify 'clips/**/*.mp4' --model run/best.pt --json > timeline.ndjson
  $ kinetorch classify match.mp4 --window 2 --stride 1
  $ kinetorch classify match.mp4 --clips 10 --crops 3 --top-k 5`;

/** `kinetorch classify`. */
export function define(command: Command): void {
  const { clips, crops } = spreadOptions;
  const { windowSeconds, strideSeconds } = windowOptions;
  command
    .description(
      'Classify videos: a timeline of windows, or, with --clips, clips spread over each video and their mean.',
    )
    .argument('<files...>', "video files and globs; quote a glob ('clips/*.mp4') for it to be matched here")
    .option('-m, --model <file>', 'model file (default: the camera-motion model that ships with Kinetorch)')
    .option('-k, --top-k <n>', 'predictions for each window (default: 3, printed where likely)', wholeNumber(1))
    .addOption(schemaFlag('--window <seconds>', windowSeconds))
    .addOption(schemaFlag('--stride <seconds>', strideSeconds))
    .addOption(schemaFlag('--clips <n>', clips).conflicts(['window', 'stride']))
    .addOption(filledFlag('--crops <n>', crops));
  for (const flag of [...runtimeFlags(), precisionFlag(), ...networkFlags()]) command.addOption(flag);
  command.option('--json', 'one JSON line for each file').addHelpText('after', notes).action(classify);
}

async function classify(args: string[], options: Options): Promise<void> {
  const files = await inputFiles(args);
  await using model = await openModel(options);
  checkModel(model, options);
  const printer = new TimelinePrinter({ labels: model.labels, showAll: options.topK !== undefined });
  let failures = 0;
  for (const file of files) {
    try {
      await classifyFile(model, file, options, printer);
    } catch (error) {
      failures++;
      if (options.json) printJson({ file: file.path, error: errorReport(error) });
      noteError(error, errorReport(error).message.includes(file.path) ? '' : `${file.path}: `);
    }
  }
  if (files.length > 1 && failures > 0 && !options.json) {
    note(`${failures} of ${plural(files.length, 'file')} failed`);
  }
  if (failures > 0) throw new PartialFailure();
}

async function openModel({ model, device, precision, threads, ...network }: Options): Promise<VideoModel> {
  if (model === undefined) requireShipped(models.cameraMotion, '\n  or take another: --model <file>');
  const { loadModel } = await import('../../model/loadModel.js');
  const said = await networkFrom(network);
  return loadModel(model ?? models.cameraMotion, { device, precision, threads, ...said });
}

/** What is wrong for every video, before any is opened. */
function checkModel({ outputs, labels }: VideoModel, { topK }: Options): void {
  requireOutputs(outputs, ['probabilities']);
  if (topK === undefined || topK <= labels.length) return;
  throw invalidArgument('--top-k', `at most ${labels.length}, the number of the model's classes,`, topK);
}

async function classifyFile(
  model: VideoModel,
  file: InputFile,
  options: Options,
  printer: TimelinePrinter,
): Promise<void> {
  if ('error' in file) throw file.error;
  if (options.clips === undefined) await printTimeline(model, file.path, options, printer);
  else await printClips(model, file.path, options.clips, options, printer);
}
