/** What a run does with the files of its folder: its own, those of another run, and damaged ones. */
import { readdirSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { devices } from '../../lib/model/devices';
import type { TrainOptions } from '../../lib/training/options';
import { train } from '../../lib/training/train';
import { abortWhen, smallRun } from '../support/smallRun';

jest.setTimeout(240_000);

let folder: string;
let outDir: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinetorch-folder-'));
  outDir = join(folder, 'run');
});
afterEach(() => rm(folder, { recursive: true }));

const checkpoint = (step: number) => `step-${String(step).padStart(8, '0')}.ckpt`;
const checkpoints = (run = outDir) => readdirSync(join(run, 'checkpoints')).sort();

async function stopAt(step: number, change: Partial<TrainOptions> = {}): Promise<void> {
  const callbacks = abortWhen((event) => event.type === 'step' && event.step === step);
  await expect(train(smallRun(outDir, change), callbacks)).rejects.toMatchObject({ code: 'ERR_ABORTED' });
}

/** Resumes the run; gives the warnings, and the checkpoints there were before its first step. */
async function resume(change: Partial<TrainOptions> = {}) {
  const warnings: string[] = [];
  let found: string[] = [];
  const result = await train(smallRun(outDir, { ...change, resume: true }), {
    onProgress: (event) => {
      if (event.type === 'start') found = checkpoints();
      if (event.type === 'warning') warnings.push(event.message);
    },
  });
  return { result, warnings, found };
}

test('a folder that holds no more than checkpoints is refused', async () => {
  await stopAt(2);
  for (const name of ['config.json', 'metrics.jsonl', 'best.pt', 'last.pt']) {
    await rm(join(outDir, name), { force: true });
  }
  await expect(train(smallRun(outDir))).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringContaining('a folder that holds no run yet'),
  });
  expect(checkpoints()).toEqual([checkpoint(1), checkpoint(2)]);
});

test('a configuration that cannot be read is not said to be one that cannot be written', async () => {
  await mkdir(join(outDir, 'config.json'), { recursive: true });
  await expect(train(smallRun(outDir, { resume: true }))).rejects.toMatchObject({
    code: 'ERR_FILE_ACCESS',
    message: expect.stringMatching(/^cannot read .*config\.json/),
  });
});

test('config.json is read once', async () => {
  await stopAt(2);
  const reads = jest.spyOn(jest.requireActual('node:fs/promises') as typeof import('node:fs/promises'), 'readFile');
  await resume({ epochs: 2 });
  expect(reads.mock.calls.filter(([path]) => String(path).endsWith('config.json'))).toHaveLength(1);
});

test("another run's checkpoint is neither loaded nor removed", async () => {
  const other = join(folder, 'other');
  await train(smallRun(other, { seed: 7, epochs: 1 }));
  await stopAt(2);
  await copyFile(join(other, 'checkpoints', checkpoint(4)), join(outDir, 'checkpoints', checkpoint(4)));
  await expect(resume()).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringContaining(checkpoint(4)),
  });
  expect(checkpoints()).toEqual([1, 2, 4].map(checkpoint));
});

test('a run goes on before its damaged newest checkpoint, which makes room, and ends with the same bits', async () => {
  const whole = await train(smallRun(join(folder, 'whole')));
  await stopAt(6);
  expect(checkpoints()).toEqual([4, 5, 6].map(checkpoint));
  const newest = join(outDir, 'checkpoints', checkpoint(6));
  const bytes = await readFile(newest);
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  await writeFile(newest, bytes);

  const { result, warnings, found } = await resume();
  expect(warnings).toEqual([expect.stringMatching(/passing over a checkpoint: .*step-00000006/)]);
  expect(found).toEqual([4, 5].map(checkpoint));
  expect(checkpoints()).toEqual([6, 7, 8].map(checkpoint));
  expect(await readFile(result.lastModelPath)).toEqual(await readFile(whole.lastModelPath));
});

test('what killed runs left half written is removed, and nothing else', async () => {
  await stopAt(2);
  const foreign = join(outDir, 'notes.tmp-1');
  const left = [
    'best.pt.tmp-1-0',
    'last.pt.tmp-1-1',
    'metrics.jsonl.tmp-a',
    'evaluation.json.tmp-a',
    'report.html.tmp-a',
    'checkpoints/step-00000003.ckpt.tmp-1-2',
  ];
  for (const path of [foreign, ...left.map((name) => join(outDir, name))]) await writeFile(path, '');
  await resume();
  const names = (await readdir(outDir, { recursive: true })).filter((name) => name.includes('.tmp-'));
  expect(names).toEqual(['notes.tmp-1']);
});

test.each<[string, Partial<TrainOptions>]>([
  ['augment.flipExcept', { augment: { flipExcept: ['nonsense'] } }],
  ['classWeights', { classWeights: [1] }],
  ['device', { device: 'cuda:99' }],
])('a wrong %s is refused before anything is written', async (_, wrong) => {
  await expect(train(smallRun(outDir, wrong))).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_/) });
  expect(await readdir(folder)).toEqual([]);
});

test('what auto and 0 came to is kept, and a run that goes on where they come to something else says so', async () => {
  const chosen = { device: 'auto', threads: 0 } as const;
  await stopAt(2, chosen);
  const path = join(outDir, 'config.json');
  const config = JSON.parse(await readFile(path, 'utf8'));
  const here = devices();
  const isCpu = here.devices[0] === 'cpu';
  const runtime = { device: here.devices[0], precision: isCpu ? 'float32' : 'bfloat16', threads: here.threads };
  expect(config.runtime).toEqual(runtime);
  expect((await resume({ ...chosen, epochs: 2 })).warnings).toEqual([]);

  await writeFile(
    path,
    JSON.stringify({ ...config, runtime: { device: 'cuda:7', precision: 'float16', threads: 99 } }),
  );
  expect((await resume(chosen)).warnings).toEqual([
    expect.stringContaining(`device was cuda:7 and is ${runtime.device} now`),
    expect.stringContaining(`precision was float16 and is ${runtime.precision} now`),
    expect.stringContaining(`threads was 99 and is ${runtime.threads} now`),
  ]);
});
