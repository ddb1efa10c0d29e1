import { type Command, Option } from 'commander';
import { type EvaluateAnomalyOptions, evaluateAnomalyOptions } from '../../evaluation/anomaly/options';
import {
  type AnomalyScoreOptions,
  anomalyScoreOptions,
  type FitAnomalyOptions,
  fitAnomalyOptions,
} from '../../model/anomaly/options';
import { requirePixels } from '../../model/anomaly/requirePixels';
import type { Precision } from '../../model/options';
import type { VideoModel } from '../../model/videoModel';
import type { AnomalyWriter } from '../anomalySheet';
import { errorReport, noteError, PartialFailure } from '../failures';
import { precisionFlag, type RuntimeOptions, runtimeFlags } from '../flags/modelFlags';
import { wholeNumber } from '../flags/parsers';
import { schemaFlag } from '../flags/schemaFlag';
import { type InputFile, inputFiles } from '../inputFiles';
import { AnomalyPrinter, formatScore, printAnomalyEvaluation } from '../print/anomalyPrinter';
import { countedProgress } from '../print/countedProgress';
import { plural } from '../print/format';
import { note, printJson, visible } from '../print/terminal';

type Scoring = Pick<AnomalyScoreOptions, 'score' | 'stride' | 'threshold'>;

type Measuring = Pick<EvaluateAnomalyOptions, 'normal' | 'normalise' | 'split' | 'fold'>;

interface Options extends RuntimeOptions, Scoring, Measuring, Pick<FitAnomalyOptions, 'falseAlarmRate'> {
  model: string;
  precision: Precision;
  out?: string;
  moments: number;
  fit?: string;
  evaluate?: true;
  json?: true;
}

const notes = `
The model is one that gives clips back: what it learned to give back is usual to it, and frames that come back badly are
not. With --fit, the videos are normal ones that it was not trained on: the score that no more than --false-alarm-rate of
their frames exceed is written, with the model, into a new file, by which later videos are judged. With --evaluate, the one
file is a manifest that says what videos show, and how well the scores tell it is measured, frame by frame: a line of
path,label,start,end whose label is not --normal makes the frames from start to end anomalous.

A line for each window's length: its highest score, and ALARM where frames are above the threshold. The picture shows,
for each of the strangest moments, the frame as the network was given it, as it came back, and the error over it.

With --json, one line for each file as soon as it is done:
  {"file":…,"video":{…},"score":"mse","frameRate":15,"scores":[…],"threshold":…,
   "segments":[{"startSeconds":…,"endSeconds":…,"peakScore":…,"peakSeconds":…}],"warnings":[…]}
  {"file":…,"error":{"code":…,"message":…}}                    for a file that failed
With --evaluate: {"auc":…,"macroAuc":…,"equalErrorRate":…,"alarm":…,"videos":[…],"skipped":[…],…}.

Examples:
  $ kinetorch anomaly 'normal/*.mp4' --model pre/best.pt --fit camera.pt --false-alarm-rate 0.001
  $ kinetorch anomaly today.mp4 --model camera.pt -o strange.svg
  $ kinetorch anomaly today.mp4 -m camera.pt --score topCells --json > scores.json
  $ kinetorch anomaly manifest.csv -m camera.pt --evaluate --normalise video`;

/** `kinetorch anomaly`. */
export function define(command: Command): void {
  const { score, stride, threshold } = anomalyScoreOptions;
  command
    .description('Score every frame of videos by how badly a network gives it back, and find what is not usual.')
    .argument('<files...>', "video files and globs; quote a glob ('clips/*.mp4') for it to be matched here")
    .requiredOption(
      '-m, --model <file>',
      "model file of pretrain --objective plain, or another whose task is 'reconstruct'",
    )
    .addOption(schemaFlag('--score <name>', score))
    .addOption(schemaFlag('--stride <frames>', stride))
    .addOption(schemaFlag('--threshold <n>', threshold))
    .option(
      '-o, --out <file>',
      'write a picture of the strangest moments of a video, an .svg or .png; a file of that name is overwritten',
    )
    .option('--moments <n>', 'moments in the picture', wholeNumber(1), 6)
    .addOption(
      new Option(
        '--fit <file>',
        'find the threshold on these videos, which are normal, and write it into this file, which is overwritten',
      ).conflicts(['threshold', 'out']),
    )
    .addOption(schemaFlag('--false-alarm-rate <n>', fitAnomalyOptions.falseAlarmRate))
    .addOption(new Option('--evaluate', 'measure how well labelled videos are told apart').conflicts(['fit', 'out']))
    .addOption(schemaFlag('--normal <label>', evaluateAnomalyOptions.normal))
    .addOption(schemaFlag('--normalise <how>', evaluateAnomalyOptions.normalise))
    .addOption(schemaFlag('--split <name>', evaluateAnomalyOptions.split))
    .addOption(schemaFlag('--fold <n>', evaluateAnomalyOptions.fold));
  for (const flag of [...runtimeFlags(), precisionFlag()]) command.addOption(flag);
  command.option('--json', 'one JSON line for each file').addHelpText('after', notes).action(anomaly);
}

async function anomaly(args: string[], options: Options, command: Command): Promise<void> {
  if (options.evaluate) return evaluate(args, options, command);
  const write = options.out === undefined ? null : await writerFor(options.out);
  const files = await inputFiles(args);
  if (options.fit !== undefined) return fit(files, options.fit, options);
  if (options.out !== undefined && files.length > 1) {
    command.error('error: --out takes one video');
  }
  const { model: path, device, precision, threads } = options;
  const { loadModel } = await import('../../model/loadModel.js');
  await using model = await loadModel(path, { device, precision, threads });
  // Not of each video.
  requirePixels(model);
  const printer = new AnomalyPrinter(model.input);
  let failures = 0;
  for (const file of files) {
    try {
      await scoreFile(model, file, options, { printer, write });
    } catch (error) {
      failures++;
      if (options.json) printJson({ file: file.path, error: errorReport(error) });
      noteError(error, errorReport(error).message.includes(file.path) ? '' : `${file.path}: `);
    }
  }
  if (failures > 0) throw new PartialFailure();
}

async function writerFor(out: string): Promise<AnomalyWriter> {
  const { anomalyWriterFor } = await import('../anomalySheet.js');
  return anomalyWriterFor(out);
}

interface Outputs {
  printer: AnomalyPrinter;
  write: AnomalyWriter | null;
}

async function scoreFile(
  model: VideoModel,
  file: InputFile,
  options: Options,
  { printer, write }: Outputs,
): Promise<void> {
  if ('error' in file) throw file.error;
  const { score, stride, threshold, out, moments, json } = options;
  const bar = countedProgress(`  ${visible(file.path)} {bar} {percentage}%`);
  const scored = await model
    .anomalyScore(file.path, { score, stride, threshold, onProgress: bar.onProgress })
    .finally(bar.clear);
  if (json) printJson({ file: file.path, ...scored });
  else printer.timeline(file.path, scored);
  if (write === null) return;
  await write(model, file.path, scored, moments);
  note(`wrote ${out}`);
}

async function fit(files: readonly InputFile[], out: string, options: Options): Promise<void> {
  const { model, score, stride, falseAlarmRate, device, precision, threads, json } = options;
  const wrong = files.find((file) => 'error' in file);
  if (wrong && 'error' in wrong) throw wrong.error;
  const { fitAnomalyThreshold } = await import('../../model/anomaly/fitAnomalyThreshold.js');
  const bar = countedProgress('  scoring {bar} {value}/{total} videos');
  const fitting = { score, stride, falseAlarmRate, device, precision, threads, onProgress: bar.onProgress };
  const paths = files.map(({ path }) => path);
  const fitted = await fitAnomalyThreshold(model, paths, fitting).finally(bar.clear);
  await fitted.save(out);
  const { anomaly: alarm } = fitted.metadata;
  if (json) printJson(alarm);
  if (alarm) {
    note(
      `wrote ${out}: an alarm is ${alarm.score} above ${formatScore(alarm.threshold)}, from ` +
        `${plural(alarm.frames, 'frame')} of ${plural(files.length, 'normal video')}`,
    );
  }
}

async function evaluate([data = '', ...others]: string[], options: Options, command: Command): Promise<void> {
  if (others.length > 0) command.error('error: --evaluate takes one folder or manifest');
  const { model, score, stride, threshold, normal, normalise, split, fold, device, precision, threads, json } = options;
  const { evaluateAnomaly } = await import('../../evaluation/anomaly/evaluateAnomaly.js');
  const bar = countedProgress('  scoring {bar} {value}/{total} videos  {eta_formatted}');
  const measured = { score, stride, threshold, normal, normalise, split, fold, device, precision, threads };
  const evaluation = await evaluateAnomaly(model, data, { ...measured, onProgress: bar.onProgress }).finally(bar.clear);
  if (json) printJson(evaluation);
  else printAnomalyEvaluation(evaluation);
}
