import { join } from 'node:path';
import { models } from '../../lib/model/models';
import { smallArchive } from '../support/models';
import { clips, kinetorch } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();
const out = join(folder, 'a.int8.pt');

test('quantize --help says what it takes and gives examples', async () => {
  const { code, stdout } = await kinetorch(['quantize', '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('Usage: kinetorch quantize [options] <model> <data>');
  for (const flag of [
    '--max-drop <points>',
    '--min-agreement <percent>',
    '--method <name>',
    '--clips <n>',
    '--split',
  ]) {
    expect(stdout).toContain(flag);
  }
  expect(stdout.replace(/\s+/g, ' ')).toContain('(choices: "auto", "min-max", "percentile", "mse")');
  expect(stdout.replace(/\s+/g, ' ')).toContain('(default: 95 of labelled clips, else 99.5)');
  expect(stdout).toMatch(/Examples:\n {2}\$ kinetorch quantize/);
});

test.each([
  ['no data', ['quantize', 'a.pt', '-o', out], "missing required argument 'data'"],
  ['no file to write', ['quantize', 'a.pt', 'clips'], "required option '-o, --out <file>'"],
  ['an unknown method', ['quantize', 'a.pt', 'clips', '-o', out, '--method', 'kl'], 'Allowed choices are auto'],
  ['too few clips', ['quantize', 'a.pt', 'clips', '-o', out, '--clips', '2'], 'whole number of 3 or more'],
])('%s is wrong usage: exit code 2', async (_, args, message) => {
  const { code, stderr } = await kinetorch(args);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

test('what the library refuses is named by its flag', async () => {
  const refused = await kinetorch(['quantize', models.cameraMotion, clips, '-o', out, '--max-drop', '101']);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('--max-drop to be a number between 0 and 100');
  const own = await kinetorch(['quantize', models.cameraMotion, clips, '-o', models.cameraMotion]);
  expect(own.stderr).toContain("--out to be another file than the model's own");
});

test('int8 of a model that is not quantised names the command that makes one', async () => {
  const path = join(folder, 'plain.pt');
  await (await smallArchive()).save(path);
  const { code, stderr } = await kinetorch(['evaluate', clips, '-m', path, '--precision', 'int8']);
  expect(stderr).toContain('kinetorch quantize model.pt clips/ -o model.int8.pt');
  expect(stderr).toContain('[ERR_UNSUPPORTED]');
  expect(code).toBe(1);
});

test('train knows no int8', async () => {
  const { code, stderr } = await kinetorch(['train', 'clips', '-a', 'r3d_18', '-o', 'run', '--precision', 'int8']);
  expect(stderr).toContain('Allowed choices are auto, float32, float16, bfloat16');
  expect(code).toBe(2);
});
