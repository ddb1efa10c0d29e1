import type { Command } from 'commander';
import { windowOptions } from '../../model/classifyOptions';
import { models } from '../../model/models';
import type { Precision } from '../../model/options';
import type { LiveNotice } from '../../video/live/liveRuns';
import { precisionFlag, type RuntimeOptions, runtimeFlags } from '../flags/modelFlags';
import { type NetworkOptions, networkFlags, networkFrom } from '../flags/networkFlags';
import { wholeNumber } from '../flags/parsers';
import { schemaFlag } from '../flags/schemaFlag';
import { note, printJson } from '../print/terminal';
import { TimelinePrinter } from '../print/timelinePrinter';
import { requireShipped } from '../shippedFiles';

interface Options extends RuntimeOptions, NetworkOptions {
  model?: string;
  precision: Precision;
  topK?: number;
  window?: number;
  stride?: number;
  json?: boolean;
}

const notes = `
A stream is an rtsp, http or https URL; of http one that can be begun in the middle: MPEG-TS, MJPEG, FLV, Matroska. A camera is
a device of Linux. A stream that breaks off or stands still is opened again, until Ctrl-C. Where the network is slower than the
stream, some of the stream is left out, so that what is printed is of now.

With --json, one line for each window, and for what becomes of the stream:
  {"segment":{"startedAt":…,"startSeconds":…,"endSeconds":…,"paddedSeconds":…,"predictions":[{"label":…,"index":…,"score":…}]}}
  {"notice":{"state":"opening" | "watching" | "interrupted" | "lost", "reason":…, "retryMs":…}}

Examples:
  $ kinetorch watch rtsp://user:password@10.0.0.7/stream1 --model run/best.pt
  $ kinetorch watch /dev/video0 --window 2 --stride 1
  $ kinetorch watch http://127.0.0.1:8080/live.ts --json > events.ndjson`;

/** `kinetorch watch`. */
export function define(command: Command): void {
  const { windowSeconds, strideSeconds } = windowOptions;
  command
    .description('Classify a stream or a camera, window by window, as it happens.')
    .argument('<source>', 'an rtsp, http or https URL, or a camera such as /dev/video0')
    .option('-m, --model <file>', 'model file (default: the camera-motion model that ships with Kinetorch)')
    .option('-k, --top-k <n>', 'predictions for each window (default: 3, printed where likely)', wholeNumber(1))
    .addOption(schemaFlag('--window <seconds>', windowSeconds))
    .addOption(schemaFlag('--stride <seconds>', strideSeconds));
  for (const flag of [...runtimeFlags(), precisionFlag(), ...networkFlags()]) command.addOption(flag);
  command.option('--json', 'one JSON line for each window').addHelpText('after', notes).action(watch);
}

async function watch(address: string, options: Options): Promise<void> {
  const { model: file, device, precision, threads, topK, window, stride, json, ...network } = options;
  // Before the model, which takes its time.
  const { liveSource } = await import('../../video/live/liveSource.js');
  const source = liveSource(address);
  if (file === undefined) requireShipped(models.cameraMotion, '\n  or take another: --model <file>');
  const { loadModel } = await import('../../model/loadModel.js');
  const said = await networkFrom(network);
  await using model = await loadModel(file ?? models.cameraMotion, { device, precision, threads, ...said });
  const { watchStream } = await import('../../model/watchStream.js');
  const printer = new TimelinePrinter({ labels: model.labels, showAll: topK !== undefined });
  const windows = { windowSeconds: window, strideSeconds: stride, topK: topK ?? Math.min(3, model.labels.length) };
  for await (const event of watchStream(model.classifier, source, windows)) {
    if (json) printJson(event);
    else if ('segment' in event) printer.moment(event.segment);
    else note(`${source.shown}: ${wordsOf(event.notice)}`);
  }
}

function wordsOf(notice: LiveNotice): string {
  if (notice.state === 'lost') return `${notice.reason}; again in ${notice.retryMs / 1000} s`;
  return notice.state === 'interrupted' ? notice.reason : notice.state;
}
