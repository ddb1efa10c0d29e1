import { Command, Help } from 'commander';
import { version } from '../base/version';
import { speakFor } from './failures';
import { colorsFor } from './print/terminal';

const notes = `
Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted by Ctrl-C, 143 by SIGTERM,
129 by the end of the terminal, 141 by that of whoever read the output.
With --json a failure is also a line {"error":{"code":…,"message":…}} on standard output.
Environment: LIBTORCH (folder of the LibTorch to use), KINETORCH_NODE (program that runs the decoder), KINETORCH_CACHE
(folder of caches), NO_COLOR, FORCE_COLOR, KINETORCH_DEBUG=1 (stack traces).

Examples:
  $ kinetorch demo
  $ kinetorch classify match.mp4
  $ kinetorch train clips/ --architecture ir_csn_26 --out run/
  $ kinetorch doctor`;

/** A command as the list of `--help` has it. What it is made of is in its module. */
interface Entry {
  /** Its name, and what comes after it. */
  usage: string;
  summary: string;
  load(): Promise<{ define(command: Command): void }>;
}

/** All commands, in the order of `--help`. */
const entries: readonly Entry[] = [
  {
    usage: 'demo [options]',
    summary: 'classify the sample video with the model that ships',
    load: () => import('./commands/demo.js'),
  },
  {
    usage: 'classify [options] <files...>',
    summary: 'say what happens in videos, window by window',
    load: () => import('./commands/classify.js'),
  },
  {
    usage: 'watch [options] <source>',
    summary: 'say what happens in a stream or before a camera, as it happens',
    load: () => import('./commands/watch.js'),
  },
  {
    usage: 'anomaly [options] <files...>',
    summary: 'find what is not usual in videos',
    load: () => import('./commands/anomaly.js'),
  },
  {
    usage: 'explain [options] <file>',
    summary: 'show where in a video a network looked',
    load: () => import('./commands/explain.js'),
  },
  {
    usage: 'serve [options] [models...]',
    summary: 'serve models over HTTP, with a page to try them',
    load: () => import('./commands/serve.js'),
  },
  {
    usage: 'dataset [options] <path>',
    summary: 'check labelled videos before training on them',
    load: () => import('./commands/dataset.js'),
  },
  {
    usage: 'augment-preview [options] <data>',
    summary: 'show training clips as augmentation makes them',
    load: () => import('./commands/augmentPreview.js'),
  },
  {
    usage: 'train [options] [data]',
    summary: 'train a model on folders or manifests of videos',
    load: () => import('./commands/train.js'),
  },
  {
    usage: 'fit-head [options] <data>',
    summary: 'fit a new head on top of frozen models',
    load: () => import('./commands/fitHead.js'),
  },
  {
    usage: 'compare-heads [options] <data>',
    summary: 'cross-validate new heads on top of frozen models',
    load: () => import('./commands/compareHeads.js'),
  },
  {
    usage: 'pretrain [options] [data]',
    summary: 'train a model on videos without labels, to train from',
    load: () => import('./commands/pretrain.js'),
  },
  {
    usage: 'evaluate [options] <data>',
    summary: 'measure a model on labelled videos',
    load: () => import('./commands/evaluate.js'),
  },
  {
    usage: 'quantize [options] <model> <data>',
    summary: 'make a model int8, for a CPU',
    load: () => import('./commands/quantize.js'),
  },
  {
    usage: 'cross-validate [options] <data>',
    summary: 'train and evaluate over the folds of a manifest',
    load: () => import('./commands/crossValidate.js'),
  },
  {
    usage: 'create [options] [architecture] [file]',
    summary: 'make a model file',
    load: () => import('./commands/create.js'),
  },
  {
    usage: 'weights',
    summary: 'fetch published weights of networks for photographs',
    load: () => import('./commands/weights.js'),
  },
  {
    usage: 'inspect [options] <file>',
    summary: 'show what is in a model file',
    load: () => import('./commands/inspect.js'),
  },
  {
    usage: 'libtorch',
    summary: 'fetch, or remove, a CUDA build of LibTorch',
    load: () => import('./commands/libtorch.js'),
  },
  {
    usage: 'doctor [options]',
    summary: 'check that everything works here',
    load: () => import('./commands/doctor.js'),
  },
];

/**
 * The whole command line. Of the commands only names and summaries: the module of the one that is called, with its
 * arguments, flags and all they need, is loaded when it is called, so that starting stays fast.
 */
export function createProgram(): Command {
  const colors = colorsFor(process.stdout);
  const entryOf = new Map<Command, Entry>();
  const subcommandTerm = (command: Command) => entryOf.get(command)?.usage ?? new Help().subcommandTerm(command);
  const program = new Command('kinetorch')
    .description('3-D residual networks for video, natively in Node.js: make, run and train them on LibTorch.')
    .version(version(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ styleTitle: colors.bold, subcommandTerm })
    .addHelpText('after', notes)
    .showHelpAfterError('(--help shows usage and examples)')
    .exitOverride();
  for (const entry of entries) {
    const [name] = entry.usage.split(' ') as [string];
    entryOf.set(program.command(name).summary(entry.summary), entry);
  }
  const load = async (command: Command) => (await entryOf.get(command)?.load())?.define(command);
  program.hook('preSubcommand', (_, command) => load(command));
  program.hook('preAction', (_, command) => speakFor(command));
  // What runs for `help`: commander's own would print the help of a command that isn't loaded yet.
  program
    .command('help [command]', { hidden: true })
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (name?: string) => {
      const command = [...entryOf.keys()].find((one) => one.name() === name);
      if (command === undefined) return program.help({ error: name !== undefined && !name.startsWith('-') });
      await load(command);
      command.help();
    });
  return program;
}
