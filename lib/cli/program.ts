import { Command } from 'commander';
import { version } from '../base/version';
import { addAugmentPreview } from './commands/augmentPreview';
import { addClassify } from './commands/classify';
import { addCreate } from './commands/create';
import { addCrossValidate } from './commands/crossValidate';
import { addDataset } from './commands/dataset';
import { addDemo } from './commands/demo';
import { addDoctor } from './commands/doctor';
import { addEvaluate } from './commands/evaluate';
import { addInspect } from './commands/inspect';
import { addLibtorch } from './commands/libtorch';
import { addTrain } from './commands/train';
import { colorsFor } from './print/terminal';

const notes = `
Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted by Ctrl-C, 143 by SIGTERM.
With --json a failure is also a line {"error":{"code":…,"message":…}} on standard output.
Environment: LIBTORCH (folder of the LibTorch to use), NO_COLOR, FORCE_COLOR, KINETORCH_DEBUG=1 (stack traces).

Examples:
  $ kinetorch demo
  $ kinetorch classify match.mp4
  $ kinetorch train clips/ --architecture ir_csn_26 --out run/
  $ kinetorch doctor`;

/** The whole command line. Each command loads what it needs when it runs, so that starting stays fast. */
export function createProgram(): Command {
  const colors = colorsFor(process.stdout);
  const program = new Command('kinetorch')
    .description('3-D residual networks for video, natively in Node.js: make, run and train them on LibTorch.')
    .version(version(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ styleTitle: colors.bold })
    .addHelpText('after', notes)
    .showHelpAfterError('(--help shows usage and examples)')
    .exitOverride();
  for (const add of [
    addDemo,
    addClassify,
    addDataset,
    addAugmentPreview,
    addTrain,
    addEvaluate,
    addCrossValidate,
    addCreate,
    addInspect,
    addLibtorch,
    addDoctor,
  ])
    add(program);
  return program;
}
