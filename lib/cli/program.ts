import { Command } from 'commander';
import { version } from '../version';
import { addAugmentPreview } from './augmentPreview';
import { addClassify } from './classify';
import { addCreate } from './create';
import { addCrossValidate } from './crossValidate';
import { addDataset } from './dataset';
import { addDemo } from './demo';
import { addDoctor } from './doctor';
import { addEvaluate } from './evaluate';
import { addInspect } from './inspect';
import { addLibtorch } from './libtorch';
import { colorsFor } from './terminal';
import { addTrain } from './train';

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
