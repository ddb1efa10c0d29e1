import { type Command, Option } from 'commander';
import { KinetorchError } from '../errors';
import type { TrainOptions } from '../training/types';
import { Interrupted } from './failures';
import { decimal, type InputOptions, inputFrom, inputOptions, runtimeOptions, wholeNumber } from './options';
import { note, printJson } from './terminal';
import { TrainingPrinter } from './trainingPrinter';

type Options = InputOptions &
  Omit<TrainOptions, 'data' | 'outDir' | 'learningRate' | 'input' | 'from'> & {
    from?: string;
    out: string;
    lr?: number;
    json?: boolean;
  };

const notes = `
<data> holds one folder of videos for each class: clips/jump/1.mp4, clips/run/2.mp4, …
Ctrl-C finishes the step, saves the checkpoint and exits with 130; a second Ctrl-C ends at once.

With --json, one event a line: {"type":"start"|"step"|"epoch"|"checkpoint"|"end",…}

Examples:
  $ kinetorch train clips/ --architecture r2plus1d_18 --out run/
  $ kinetorch train clips/ -a ir_csn_26 -o run/ --epochs 60 --batch-size 16 --optimizer sgd --lr 0.05
  $ kinetorch train clips/ --from models/camera-motion.pt --out run/ --lr 0.0002 --horizontal-flip 0`;

/** `kinetorch train`. */
export function addTrain(program: Command): void {
  const command = program
    .command('train')
    .summary('train a model on folders of videos')
    .description('Train a network on videos, natively: fresh weights of an architecture, or on from a model file.')
    .argument('<data>', 'folder with one folder of videos for each class')
    .requiredOption('-o, --out <folder>', 'where the run is written: best.pt, checkpoint, metrics')
    .addOption(
      new Option('-a, --architecture <name>', 'fresh weights; names: kinetorch create --list').conflicts('from'),
    )
    .option('--from <file>', 'go on from the weights of a model file')
    .option('-e, --epochs <n>', 'passes over the training clips (default: 30)', wholeNumber(1))
    .option('-b, --batch-size <n>', 'clips a step (default: 8)', wholeNumber(1))
    .option('--lr <n>', 'peak learning rate (default: 0.001 for adamw, 0.02 for sgd)', decimal(0))
    .addOption(new Option('--optimizer <name>', 'default: adamw').choices(['adamw', 'sgd']))
    .option('--warmup-epochs <n>', 'epochs of linear rise (default: a tenth of all)', decimal(0))
    .option('--momentum <n>', 'of sgd (default: 0.9)', decimal(0))
    .option('--no-nesterov', 'plain momentum')
    .option('--weight-decay <n>', 'default: 0.05 for adamw, 0.0001 for sgd', decimal(0))
    .option('--label-smoothing <n>', 'default: 0.1', decimal(0))
    .option(
      '--horizontal-flip <n>',
      'how often clips are mirrored; 0 where left and right matter (default: 0.5)',
      decimal(0),
    )
    .option('--clip-grad-norm <n>', 'scale larger gradients down to this norm', decimal(0))
    .option('--validation-share <n>', 'share of each class kept for validation (default: 0.2)', decimal(0))
    .option('--seed <n>', 'of weights, split, order and augmentation (default: 0)', wholeNumber(0));
  for (const option of [...inputOptions(), ...runtimeOptions()]) command.addOption(option);
  command.option('--json', 'one JSON event a line').addHelpText('after', notes).action(runTraining);
}

async function runTraining(data: string, options: Options, command: Command): Promise<void> {
  const { out, lr, json, frames, height, width, frameRate, nesterov, ...rest } = options;
  if (rest.architecture === undefined && rest.from === undefined) {
    command.error('error: one of --architecture and --from is required');
  }
  const { train } = await import('../training/train.js');
  const input = inputFrom({ frames, height, width, frameRate });
  const printer = new TrainingPrinter();
  const interrupt = onInterrupt(() => printer.pause());
  try {
    const learning: TrainOptions = {
      ...rest,
      data,
      outDir: out,
      learningRate: lr,
      input,
      // Commander gives true without --no-nesterov; the library's own default knows about momentum 0.
      nesterov: nesterov === false ? false : undefined,
    };
    const onProgress = json ? printJson : printer.onEvent;
    await train(learning, { onProgress, signal: interrupt.signal });
  } catch (error) {
    if (interrupt.signal.aborted && error instanceof KinetorchError && error.code === 'ERR_ABORTED') {
      throw new Interrupted(error.message);
    }
    throw error;
  } finally {
    printer.pause();
    interrupt.end();
  }
}

/** A signal that Ctrl-C aborts; pressed again, Ctrl-C ends the process. */
function onInterrupt(beforeNote: () => void): { signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) process.exit(130);
    beforeNote();
    note('finishing the step and saving the checkpoint; Ctrl-C again ends at once');
    controller.abort();
  };
  process.on('SIGINT', listener);
  return { signal: controller.signal, end: () => process.off('SIGINT', listener) };
}
