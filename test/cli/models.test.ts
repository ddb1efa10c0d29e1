import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fixture, fixtureInput, fixtureLabels } from '../support/models';
import { kinetorch } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';

const { withSpy } = require('../model/untrusted/hostileArchives.cjs');
const folder = temporaryFolder();

const create = (file: string, ...args: string[]) => kinetorch(['create', 'r2plus1d_dw', join(folder, file), ...args]);

describe('create and inspect', () => {
  test('what was created is what is inspected', async () => {
    const created = await create(
      'a.pt',
      '--labels',
      'jump, run,wave',
      '--frames',
      '8',
      '--height',
      '48',
      '--width',
      '56',
      '--license',
      'CC-BY-4.0',
    );
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(created.stdout).toContain('r2plus1d_dw, 3 classes, clips of 8 frames of 56×48, fresh weights');

    const { code, stdout } = await kinetorch(['inspect', join(folder, 'a.pt')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/architecture +r2plus1d_dw\n/);
    expect(stdout).toMatch(/code +nothing that touches the system was found in it\n/);
    expect(stdout).toMatch(/licence +CC-BY-4\.0\n/);
    expect(stdout).toMatch(/parameters +\d{3},\d{3}\n/);
    expect(stdout).toMatch(/labels +3: jump, run, wave\n/);
    expect(stdout).toMatch(/GFLOPs +\d\.\d{3} for 8 frames of 56×48\n/);
    expect(stdout).toMatch(/stage +output +parameters +GFLOPs\n +stem /);
  });

  test('what code does besides computing is said, and it is not run', async () => {
    await create('e.pt', '--classes', '2');
    const written = join(folder, 'written');
    await writeFile(join(folder, 'spied.pt'), withSpy(await readFile(join(folder, 'e.pt')), written));
    const { stdout } = await kinetorch(['inspect', join(folder, 'spied.pt')]);
    expect(stdout).toMatch(/code +runs code: its code calls torch\.save in __torch__\.Spy\.__setstate__\n/);
    await expect(readFile(written)).rejects.toThrow('ENOENT');
  });

  test('--json gives one document, with layers only where asked for', async () => {
    await create('b.pt', '--classes', '2');
    const stages = JSON.parse((await kinetorch(['inspect', join(folder, 'b.pt'), '--json'])).stdout);
    expect(stages).toMatchObject({ metadata: { labels: ['class 0', 'class 1'] }, unknownOperator: null });
    expect(stages.stages.at(-1)).toMatchObject({ name: 'fc', outputShape: [2] });
    expect(stages.layers).toBeUndefined();
    const layers = JSON.parse((await kinetorch(['inspect', join(folder, 'b.pt'), '--json', '--layers'])).stdout).layers;
    expect(layers.length).toBeGreaterThan(10);
  });

  test('labels come from a file too', async () => {
    await writeFile(join(folder, 'labels.txt'), 'first\r\nsecond label\r\n\r\n');
    const { stdout } = await create('c.pt', '--labels-file', join(folder, 'labels.txt'), '--json');
    expect(JSON.parse(stdout).metadata.labels).toEqual(['first', 'second label']);
    const missing = await create('d.pt', '--labels-file', join(folder, 'none.txt'));
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('[ERR_FILE_NOT_FOUND]');
  });

  test('an existing file is overwritten only by force', async () => {
    const path = join(folder, 'kept.pt');
    await writeFile(path, 'mine');
    const refused = await create('kept.pt', '--classes', '2');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('--force overwrites it [ERR_FILE_ACCESS]');
    expect(await readFile(path, 'utf8')).toBe('mine');
    expect((await create('kept.pt', '--classes', '2', '--force')).code).toBe(0);
    expect((await readFile(path)).length).toBeGreaterThan(1_000_000);
  });

  test('a file that is no model is an error with its code, in JSON too', async () => {
    const path = join(folder, 'text.pt');
    await writeFile(path, 'no model');
    const { code, stdout, stderr } = await kinetorch(['inspect', path, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ERR_MODEL_FORMAT' } });
    expect(stderr).toContain('[ERR_MODEL_FORMAT]');
  });

  test('create --list shows every architecture, without LibTorch', async () => {
    const { code, stdout } = await kinetorch(['create', '--list'], { env: { LIBTORCH: '/nowhere' } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^r3d_18 +16×112×112 +33,371,472 +40\.697$/m);
    expect(stdout).toMatch(/^ip_csn_152 +32×224×224 +33,016,592 +83\.295$/m);
  });
});

describe('a TorchScript file from elsewhere', () => {
  const settings = 'frames=4,height=16,width=16,frame-rate=10,resize=16x16,mean=0:0:0,std=1:1:1';
  const said = ['--labels', 'a,b,c,d', '--input', settings];

  test('create --torchscript puts labels and input into it', async () => {
    const file = join(folder, 'wrapped.pt');
    const made = await kinetorch(['create', '--torchscript', fixture('scripted.pt'), file, ...said, '--json']);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(made.stdout).metadata).toMatchObject({
      architecture: 'custom',
      labels: fixtureLabels,
      input: fixtureInput,
      task: 'multiclass',
    });
    const { stdout } = await kinetorch(['inspect', file]);
    expect(stdout).toMatch(/labels +4: a, b, c, d\n/);
    const twice = await kinetorch(['create', '--torchscript', fixture('scripted.pt'), file, ...said]);
    expect(twice.stderr).toContain('--force overwrites it');
  });

  test('inspect shows what it is told', async () => {
    const { code, stdout } = await kinetorch(['inspect', fixture('scripted.pt'), ...said]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/input +4 frames of 16×16 at 10 a second\n/);
    expect(stdout).toMatch(/labels +4: a, b, c, d\n/);
  });

  test.each([
    ['frames=4,size=3', /name=value with one of frames, height/],
    ['frames=none', /Expected frames to be an integer/],
    ['resize=1x2x3', /Expected resize to be \[height, width\]/],
  ])('--input %s is refused', async (text, message) => {
    const { code, stderr } = await kinetorch(['inspect', fixture('scripted.pt'), '--input', text]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('what it needs and is not told is named', async () => {
    const { code, stderr } = await kinetorch(['create', '--torchscript', fixture('scripted.pt'), join(folder, 'x.pt')]);
    expect(code).toBe(1);
    expect(stderr).toContain('[ERR_MODEL_METADATA]');
  });
});
