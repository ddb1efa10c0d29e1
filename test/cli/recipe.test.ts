import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { RecipePrinter } from '../../lib/cli/print/recipePrinter';
import { libtorchLocation } from '../../lib/native';
import type { RecipeEvent, Trial } from '../../lib/training/recipe/types';
import { jsonLines, kinetorch } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';
import { greyFrames, makeVideos } from '../support/videos';

const folder = temporaryFolder();
const data = join(folder, 'data');
// Where no weights are kept; nor is LibTorch.
const env = { KINETORCH_CACHE: join(folder, 'cache'), LIBTORCH: libtorchLocation().found?.path };
beforeAll(() => {
  const specs = ['one', 'two'].flatMap((label, bright) => {
    mkdirSync(join(data, label), { recursive: true });
    return Array.from({ length: 6 }, (_, index) => ({
      path: join(data, label, `${index}.mkv`),
      format: 'matroska',
      codec: 'ffv1',
      width: 48,
      height: 32,
      frames: greyFrames([0, 100, 200, 300]).map((frame) => ({ ...frame, y: frame.y + 100 * bright + index })),
    }));
  });
  makeVideos(specs);
});

describe('train --recipe auto', () => {
  test.each([
    [['--architecture', 'r3d_18'], '--architecture'],
    [['--epochs', '3'], '--epochs'],
    [['--frames', '8'], '--frames'],
    [['--crop-area', '0.5,1'], '--crop-area'],
  ])('refuses %j, which it chooses', async (flags, name) => {
    const { code, stderr, stdout } = await kinetorch(
      ['train', data, '--recipe', 'auto', '-o', join(folder, 'refused'), ...flags, '--json'],
      { env },
    );
    expect(code).toBe(1);
    expect(stderr).toContain(`expected ${name} to be left out with --recipe auto, which chooses it`);
    expect(jsonLines(stdout)).toMatchObject([{ error: { code: 'ERR_INVALID_ARGUMENT' } }]);
  });

  test('--fetch-weights alone is wrong usage', async () => {
    const { code, stderr } = await kinetorch([
      'train',
      data,
      '-a',
      'r3d_18',
      '-o',
      join(folder, 'x'),
      '--fetch-weights',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('--fetch-weights is for --recipe auto');
  });

  test('is told event by event, stopped by Ctrl-C, and goes on with --resume', async () => {
    const run = join(folder, 'run');
    const begin = ['train', data, '--recipe', 'auto', '-o', run, '--threads', '1', '--seed', '3', '--json'];
    const stopped = await kinetorch(begin, { env, interruptAfter: '"type":"step"' });
    expect(stopped.code).toBe(130);
    const events = jsonLines(stopped.stdout);
    expect(events[0]).toMatchObject({ type: 'data', classes: 2, hasGroups: false });
    expect(events.filter(({ type }) => type === 'warning')).toMatchObject([
      { message: expect.stringMatching(/frozen networks were left out/) },
    ]);
    expect(events.at(-1)).toMatchObject({ error: { code: 'ERR_ABORTED' } });
    const record = JSON.parse(await readFile(join(run, 'recipe.json'), 'utf8'));
    expect(record).toMatchObject({ options: { data, seed: 3 }, trials: [], winner: null });

    const other = await kinetorch(['train', '--resume', run, '--seed', '4'], { env });
    expect(other.stderr).toContain('--resume takes the options of the run it goes on with; leave out --seed');
    const resumed = await kinetorch(['train', '--resume', run, '--json'], { env, interruptAfter: '"type":"step"' });
    const [start] = jsonLines(resumed.stdout).flatMap(({ event }) => (event ? [event] : []));
    const saved = events.flatMap(({ event }) => (event ? [event] : [])).at(-1);
    expect(start).toMatchObject({ type: 'start', step: (saved as { step: number }).step });
  });
});

test('a recipe is shown trial by trial, and in a table', () => {
  let output = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += text;
    return true;
  });
  const trial = (name: string, kind: Trial['kind'], accuracy: number): Trial => ({
    ...{ name, kind, accuracy, standardError: 0.05, clips: 60 },
    ...{ seconds: 100, model: `trials/${name}.pt`, command: `npx kinetorch fit-head clips --out ${name}` },
  });
  const trials = [
    trial('efficientnet_lite0-difference', 'frozen', 0.8),
    trial('r2plus1d_16-segment-40x56', 'full', 0.7),
  ];
  const data = { classes: 10, trainClips: 240, validationClips: 60, hasGroups: true, seconds: 0.62 };
  const found = { ...data, shape: 'landscape', chance: 0.1 } as const;
  const [winner] = trials as [Trial];
  const { onEvent } = new RecipePrinter();
  const events: RecipeEvent[] = [
    { type: 'data', ...found },
    { type: 'trial', name: winner.name, kind: 'frozen' },
    { type: 'tried', ...winner },
    {
      type: 'end',
      result: { modelPath: 'run/best.pt', recipePath: 'run/recipe.json', data: found, trials, winner, warnings: [] },
    },
  ];
  for (const event of events) onEvent(event);
  jest.restoreAllMocks();
  expect(
    stripVTControlCharacters(output),
  ).toBe(`10 classes, 240 training clips, 60 validation clips, divided by group; 0.6 s long, landscape; chance 10.0%

efficientnet_lite0-difference: a head on a frozen network
efficientnet_lite0-difference: 80.0% ± 5.0 of 60 validation clips

tried                          what                         validation        time
efficientnet_lite0-difference  a head on a frozen network  80.0% ± 5.0  1 min 40 s
r2plus1d_16-segment-40x56      the small network, in full  70.0% ± 5.0  1 min 40 s

Best: efficientnet_lite0-difference, 80.0% ± 5.0 of 60 validation clips
  model       run/best.pt
  recipe      run/recipe.json

To repeat it alone: npx kinetorch fit-head clips --out efficientnet_lite0-difference
Try it: npx kinetorch classify --model run/best.pt <video>
`);
});
