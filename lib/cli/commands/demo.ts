import { basename, relative } from 'node:path';
import type { Command } from 'commander';
import { formatCount } from '../../base/format';
import { models } from '../../model/models';
import { type RuntimeOptions, runtimeFlags } from '../flags/modelFlags';
import { formatDuration } from '../print/format';
import { colorsFor, print } from '../print/terminal';
import { TimelinePrinter } from '../print/timelinePrinter';
import { requireShipped, sampleVideo } from '../shippedFiles';

const notes = `
Examples:
  $ kinetorch demo
  $ kinetorch demo --threads 1`;

/** `kinetorch demo`. */
export function define(command: Command): void {
  command.description('Classify the sample video with the model that ships: what the camera does, window by window.');
  for (const flag of runtimeFlags()) command.addOption(flag);
  command.addHelpText('after', notes).action(demo);
}

async function demo(options: RuntimeOptions): Promise<void> {
  for (const path of [models.cameraMotion, sampleVideo]) requireShipped(path, '');
  const { loadModel } = await import('../../model/loadModel.js');
  const { printTimeline } = await import('../print/classifyReport.js');
  const { bold, dim, cyan } = colorsFor(process.stdout);
  const began = performance.now();
  await using model = await loadModel(models.cameraMotion, options);
  const { frames, height, width, frameRate } = model.input;
  print(`${bold('Kinetorch')} tells what the camera does in a video.`);
  print(
    dim(
      `${basename(models.cameraMotion)}: ${model.architecture}, ${formatCount(model.labels.length)} classes, clips of ` +
        `${frames} frames of ${width}×${height} at ${frameRate} fps; loaded on ${model.device} in ` +
        formatDuration(performance.now() - began),
    ),
  );
  print();
  const printer = new TimelinePrinter({ labels: model.labels, showAll: false });
  await printTimeline(model, relative('', sampleVideo), { crops: 1 }, printer);
  print();
  print(bold('What next'));
  const longest = Math.max(...nextSteps.map(([command]) => command.length));
  for (const [command, what] of nextSteps) print(`  ${cyan(command.padEnd(longest))}  ${dim(what)}`);
}

const nextSteps = [
  ['npx kinetorch classify your-video.mp4', 'a video of your own'],
  ['npx kinetorch create --list', 'the architectures'],
  ['npx kinetorch train clips/ -a r2plus1d_18 -o run/', 'a model of your own, from a folder for each class'],
] as const;
