import { spawn } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { dataArgument } from '../../lib/cli/flags/dataArgument';
import { inFlags } from '../../lib/cli/flags/flagNames';
import { trainingInputFlags, trainingRuntimeFlags } from '../../lib/cli/flags/modelFlags';
import { pretrainFlags } from '../../lib/cli/flags/pretrainFlags';
import { trainFlags } from '../../lib/cli/flags/trainFlags';
import { createProgram } from '../../lib/cli/program';
import { sampleVideo } from '../../lib/cli/shippedFiles';
import { trainOptions } from '../../lib/training/options';
import { pretrainOptions } from '../../lib/training/pretrainOptions';
import { kinetorch, root, runNode } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();

const escapeCode = '\u001b';

/** The commands as `kinetorch --help` lists them, for example `inspect [options] <file>`. */
function listedCommands(): string[] {
  const program = createProgram();
  const help = program.createHelp();
  return program.commands.map((command) => help.subcommandTerm(command)).filter((usage) => usage !== 'help [command]');
}

describe('the command line', () => {
  test.each(['demo', 'classify', 'train', 'pretrain', 'create', 'inspect', 'doctor'])(
    '%s --help shows examples',
    async (command) => {
      const { code, stdout, stderr } = await kinetorch([command, '--help']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`Usage: kinetorch ${command}`);
      expect(stdout).toMatch(new RegExp(`Examples:\\n  \\$ kinetorch ${command}`));
      expect(stdout).not.toContain(escapeCode);
    },
  );

  test.each(['dataset', 'train', 'evaluate', 'augment-preview'])(
    '%s --help says which data it takes',
    async (command) => {
      const { stdout } = await kinetorch([command, '--help']);
      expect(stdout.replace(/\s+/g, ' ')).toContain(dataArgument);
    },
  );

  test.each(listedCommands())('what the list says of `%s` its own help says too', async (usage) => {
    const [name] = usage.split(' ') as [string];
    const { code, stdout, stderr } = await kinetorch(['help', name]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [first] = stdout.split('\n');
    expect(['', ' [options] [command]'].map((rest) => `Usage: kinetorch ${usage}${rest}`)).toContain(first);
    expect(await kinetorch([name, '--help'])).toEqual({ code, stdout, stderr });
  });

  test.each([
    ['help', [], 0],
    ['help of an unknown command', ['nope'], 2],
  ])('%s is the help of the program', async (_, args, code) => {
    const { stdout } = await kinetorch(['--help']);
    expect(await kinetorch(['help', ...args])).toEqual(
      code === 0 ? { code, stdout, stderr: '' } : { code, stdout: '', stderr: stdout },
    );
  });

  test.each([
    ['--help', false],
    ['--version', false],
    ['help doctor', false],
    ['help libtorch', false],
    ['help train', true],
  ])('zod and the tables of options are loaded by `%s`: %s', async (args, isLoaded) => {
    const main = JSON.stringify(join(root, 'dist', 'cli', 'main.js'));
    const script = `process.on('exit', () => console.error(Object.keys(require.cache).join('\\n'))); require(${main});`;
    const { code, stderr } = await runNode(['-e', script, '--', ...args.split(' ')]);
    const modules = stderr.replaceAll('\\', '/');
    expect(code).toBe(0);
    expect(modules).toContain('/dist/cli/program.js\n');
    expect(modules.includes('/node_modules/zod/')).toBe(isLoaded);
  });

  test('--version prints the version of package.json', async () => {
    const { version } = require(join(root, 'package.json')) as { version: string };
    expect(await kinetorch(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([
    ['no command', [], 'Usage: kinetorch'],
    ['an unknown command, with a suggestion', ['clasify', 'a.mp4'], 'Did you mean classify?'],
    ['an unknown option', ['doctor', '--nope'], "unknown option '--nope'"],
    ['a missing argument', ['classify'], "missing required argument 'files'"],
    ['too many arguments', ['inspect', 'a.pt', 'b.pt'], 'too many arguments'],
    ['a number that is none', ['classify', 'a.mp4', '--top-k', 'few'], 'Expected a whole number of 1 or more'],
    ['a window of no length', ['classify', 'a.mp4', '--window', '0'], 'Expected a number above 0'],
    ['an unknown device', ['demo', '--device', 'tpu'], 'Expected auto, cpu, cuda, cuda:N or cuda:*'],
    ['training on several devices', ['train', 'clips', '--device', 'cuda:*'], 'Expected auto, cpu, cuda or cuda:N.'],
    ['clips with windows', ['classify', 'a.mp4', '--clips', '3', '--window', '2'], 'cannot be used with'],
    ['two sources of labels', ['create', 'r3d_18', 'x.pt', '--labels', 'a', '--classes', '2'], 'cannot be used with'],
    ['no labels', ['create', 'r3d_18', 'x.pt'], 'one of --labels, --labels-file and --classes'],
    ['no architecture', ['train', 'clips', '--out', 'run'], 'one of --architecture and --from'],
    [
      'no architecture to pre-train',
      ['pretrain', 'clips', '--out', 'pre'],
      "required option '-a, --architecture <name>'",
    ],
    [
      'a cell that is no number',
      ['pretrain', 'clips', '--mask-cell', 'big'],
      'Expected auto or a whole number from 1.',
    ],
    ['labels where there are none', ['pretrain', 'clips', '--flip-except', 'left'], "unknown option '--flip-except'"],
    ['mixed labels where there are none', ['pretrain', 'clips', '--mixup', '0.2'], "unknown option '--mixup'"],
    ['no folder for the run', ['train', 'clips', '--architecture', 'r3d_18'], "required option '-o, --out <folder>'"],
  ])('%s is wrong usage: exit code 2', async (_, args, message) => {
    const { code, stdout, stderr } = await kinetorch(args);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test.each([
    [
      'an option of train',
      ['train', 'clips', '-a', 'r3d_18', '-o', 'run', '--momentum', '2'],
      '--momentum to be a number',
    ],
    ['one whose flag is shorter', ['create', 'r3d_18', 'x.pt', '--classes', '2000000'], '--classes to be an integer'],
    [
      'one inside the input',
      ['create', 'r3d_18', 'x.pt', '--classes', '2', '--frames', '5000'],
      '--frames to be an int',
    ],
    [
      'a part of augmentation',
      ['train', 'clips', '-a', 'r3d_18', '-o', 'run', '--erase', '2'],
      '--erase to be a number',
    ],
    ['a misspelt name', ['create', 'r2plus1d_81', 'x.pt', '--classes', '2'], "did you mean 'r2plus1d_18'?"],
    ['standard input', ['classify', '-'], 'standard input is not read'],
  ])('%s is named by its flag', async (_, args, message) => {
    const { code, stderr } = await kinetorch(args, { cwd: folder });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('options.');
    expect(code).toBe(1);
  });

  test('every option of train has the flag that messages name', () => {
    const command = new Command();
    for (const flag of [...trainFlags(), ...trainingInputFlags(), ...trainingRuntimeFlags()]) command.addOption(flag);
    command.option('-o, --out <folder>').option('--resume <folder>');
    const unnamed = Object.keys(trainOptions).filter((name) => inFlags(`\`options.${name}\``, command).startsWith('`'));
    expect(unnamed).toEqual(['data', 'augment', 'input']);
  });

  test('every option of pretrain has the flag that messages name', () => {
    const command = new Command();
    for (const flag of [...pretrainFlags(), ...trainingInputFlags(), ...trainingRuntimeFlags()])
      command.addOption(flag);
    const ofOtherKinds = ['data', 'outDir', 'resume', 'augment', 'input', 'cache'];
    const options = Object.keys(pretrainOptions).filter((name) => !ofOtherKinds.includes(name));
    expect(options.filter((name) => inFlags(`\`options.${name}\``, command).startsWith('`'))).toEqual([]);
  });

  test('a file whose name looks like an option', async () => {
    const name = '-3B32lodo2M.mp4';
    await copyFile(sampleVideo, join(folder, name));
    const { code, stderr } = await kinetorch(['classify', name], { cwd: folder });
    expect(stderr).toContain(`write ./${name}, or -- before all files`);
    expect(code).toBe(2);
    expect((await kinetorch(['classify', '--', name], { cwd: folder })).code).toBe(0);
  });

  test('control characters of names do not reach the terminal', async () => {
    const name = 'a\u001b[2J\nb\u202e.mp4';
    await copyFile(sampleVideo, join(folder, name));
    await writeFile(join(folder, `text ${name}`), 'no video');
    for (const env of [{}, { FORCE_COLOR: '1' }]) {
      const { stdout, stderr } = await kinetorch(['classify', name, `text ${name}`], { cwd: folder, env });
      expect(stdout).toContain('a\\u001b[2J\\u000ab\\u202e.mp4');
      expect(stderr).toContain('[ERR_VIDEO_OPEN]');
      expect(stdout + stderr).not.toContain(`${escapeCode}[2J`);
      expect(stdout + stderr).not.toContain('\u202e');
    }
  });

  test('wrong usage is JSON too where JSON was asked for', async () => {
    const { code, stdout } = await kinetorch(['classify', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'ERR_INVALID_ARGUMENT', message: "missing required argument 'files'" },
    });
  });

  test('colours: none in a pipe even on CI, some with FORCE_COLOR, none with NO_COLOR', async () => {
    const stderrOf = async (env: NodeJS.ProcessEnv) => (await kinetorch(['inspect', 'nope.pt'], { env })).stderr;
    expect(await stderrOf({ CI: 'true' })).not.toContain(escapeCode);
    expect(await stderrOf({ FORCE_COLOR: '1' })).toContain(escapeCode);
    expect(await stderrOf({ FORCE_COLOR: '1', NO_COLOR: '1' })).not.toContain(escapeCode);
  });

  test('a stack trace only with KINETORCH_DEBUG=1', async () => {
    const plain = await kinetorch(['inspect', 'nope.pt']);
    expect(plain.stderr).toMatch(/^error: .*nope\.pt.* \[ERR_FILE_NOT_FOUND\]\n$/);
    const debug = await kinetorch(['inspect', 'nope.pt'], { env: { KINETORCH_DEBUG: '1' } });
    expect(debug.stderr).toMatch(/^ +at /m);
  });

  test('a reader that leaves early is no failure', async () => {
    const child = spawn(process.execPath, [join(root, 'dist', 'cli', 'main.js'), 'classify', '--help'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
