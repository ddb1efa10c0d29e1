import type { Command } from 'commander';
import type { PretrainOptions } from '../../training/pretrainOptions';
import { augmentFrom } from '../flags/augmentFlags';
import {
  type InputOptions,
  inputFlagNames,
  inputFrom,
  trainingInputFlags,
  trainingRuntimeFlags,
} from '../flags/modelFlags';
import {
  type PretrainCommandFlags,
  type PretrainFlags,
  pretrainFlags,
  pretrainOptionsFrom,
} from '../flags/pretrainFlags';
import { reconstructionWords } from '../print/runWords';
import { resumedRun } from '../resumedRun';
import { addRunFlags, newRunPlace, omit, showRun } from '../runCommand';

type Options = InputOptions & PretrainCommandFlags & { out?: string; resume?: string; json?: boolean };

const notes = `
<data> is a folder of videos, or of folders of frames, at any depth, or whatever train takes; labels are not looked at. Folders
called train, val and test are what they are called, and test clips are left out.

A part of each clip is hidden and the network predicts it; a loss of 1 has learned nothing. What comes of it is for train --from.
With --objective plain nothing is hidden, and what comes of it is for kinetorch anomaly.

Ctrl-C and whatever else ends it save a checkpoint first, as those of train do; kinetorch pretrain --resume pre/ goes on
from the last one.

Examples:
  $ kinetorch pretrain clips/ -a r2plus1d_16 -o pre/
  $ kinetorch train labelled/ --from pre/best.pt -o run/ --body-rate 0.5
  $ kinetorch pretrain normal/ -a r2plus1d_16 -o pre/ --objective plain
  $ kinetorch pretrain --resume pre/`;

/** `kinetorch pretrain`. */
export function define(command: Command): void {
  command
    .description('Train a network on videos without labels, natively, for train to go on from.')
    .argument('[data]', 'folder of videos at any depth, or what train takes');
  const flags = [...pretrainFlags(), ...trainingInputFlags(), ...trainingRuntimeFlags()];
  addRunFlags(command, flags, notes).action(runPretraining);
}

async function runPretraining(data: string | undefined, options: Options, command: Command): Promise<void> {
  const { json } = options;
  const learning =
    options.resume === undefined ? newRun(data, options, command) : await resumedPretraining(data, options, command);
  const { pretrain } = await import('../../training/pretrain.js');
  await showRun(reconstructionWords(learning.objective), json, (shown) => pretrain(learning, shown));
}

function newRun(data: string | undefined, options: Options, command: Command): PretrainOptions {
  const { out, resume, json, ...flags } = options;
  const place = newRunPlace(command, data, out);
  const { architecture } = flags;
  if (architecture === undefined) command.error("error: required option '-a, --architecture <name>' not specified");
  const augment = augmentFrom(flags);
  const rest = omit(flags, [...Object.keys(augment), ...inputFlagNames]) as PretrainFlags;
  return { ...pretrainOptionsFrom(rest), architecture, ...place, augment, input: inputFrom(flags) };
}

async function resumedPretraining(
  data: string | undefined,
  { resume, json, ...flags }: Options,
  command: Command,
): Promise<PretrainOptions> {
  const { resumePretrainOptions } = await import('../../training/pretrain.js');
  return resumedRun<PretrainOptions>(
    command,
    { data, flags },
    {
      begun: () => resumePretrainOptions(resume as string),
      optionsFrom: (given) => pretrainOptionsFrom(given as PretrainFlags),
    },
  );
}
