/** Recipes over small videos that are made here. Networks are those of users, with very few epochs. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { evaluate } from '../../../lib/evaluation/evaluate';
import { type FetchedWeights, keptWeights } from '../../../lib/model/published/fetchWeights';
import type { TrainAutoOptions } from '../../../lib/training/recipe/options';
import { trainAuto, trainAutoResumeOptions } from '../../../lib/training/recipe/trainAuto';
import { tryFrozen, trySmall } from '../../../lib/training/recipe/trials';
import type { RecipeEvent, Trial } from '../../../lib/training/recipe/types';
import { expectError, onCpu } from '../../support/models';
import { jsonLines, kinetorch } from '../../support/runCli';
import { writeDeterministicWeights } from '../../support/safetensors';
import { temporaryFolder } from '../../support/temporaryFolder';
import { greyFrames, makeVideos } from '../../support/videos';

jest.mock('../../../lib/training/recipe/smallNetworks', () => ({
  ...jest.requireActual('../../../lib/training/recipe/smallNetworks'),
  epochsOf: { short: () => 1, full: () => 2 },
}));
jest.mock('../../../lib/model/published/fetchWeights', () => ({
  ...jest.requireActual('../../../lib/model/published/fetchWeights'),
  keptWeights: jest.fn(async () => null),
}));
jest.mock('../../../lib/training/recipe/trials', () => {
  const { tryFrozen, trySmall } = jest.requireActual('../../../lib/training/recipe/trials');
  return { tryFrozen: jest.fn(tryFrozen), trySmall: jest.fn(trySmall) };
});
const kept = jest.mocked(keptWeights);

// Four networks a recipe, and machines that do more than one thing.
jest.setTimeout(300_000);

const folder = temporaryFolder();
const manifest = join(folder, 'videos.csv');
const groups = 8;
const videos = 3 * groups;

/** A dark and two bright videos of each of eight people. */
beforeAll(() => {
  const specs = Array.from({ length: videos }, (_, index) => ({
    path: join(folder, `${index}.mkv`),
    format: 'matroska',
    codec: 'ffv1',
    width: 48,
    height: 32,
    frames: greyFrames([0, 100, 200, 300, 400]).map((frame) => ({
      ...frame,
      y: frame.y + (index % 3 === 0 ? 0 : 120) + index,
    })),
  }));
  makeVideos(specs);
  const rows = specs.map(({ path }, index) => `${path},${index % 3 === 0 ? 'dark' : 'bright'},p${index % groups}`);
  writeFileSync(manifest, `path,label,group\n${rows.join('\n')}\n`);
});

/** Weights that know nothing of photographs. */
function someWeights(): FetchedWeights {
  const { cases } = JSON.parse(readFileSync(join(__dirname, '../../fixtures/frame_cnn.json'), 'utf8'));
  const { stateDict } = cases.find((one: { architecture: string }) => one.architecture === 'mobilenet_v2');
  const path = join(folder, 'mobilenet.safetensors');
  writeDeterministicWeights(
    path,
    stateDict.map((line: string) => line.replace(/^(classifier\.1\.\w+):\d+/, '$1:1000')),
  );
  return { path, architecture: 'mobilenet_v2', license: 'BSD-3-Clause', origin: 'made here', wasCached: true };
}

const outDir = (name: string) => join(folder, name);
const optionsOf = (name: string, change: Partial<TrainAutoOptions> = {}): TrainAutoOptions => ({
  data: manifest,
  outDir: outDir(name),
  seed: 1,
  ...onCpu,
  ...change,
});
const recordOf = (name: string) => JSON.parse(readFileSync(join(outDir(name), 'recipe.json'), 'utf8'));
const small = ['r2plus1d_16-segment-40x56-short', 'r2plus1d_16-segment-64x80-short'];

describe('a recipe with weights of a network for photographs', () => {
  const events: RecipeEvent[] = [];
  /** Of the same recipe, which was stopped while it trained the second small network. */
  const resumed: RecipeEvent[] = [];
  const begunIn = (all: RecipeEvent[]) => all.flatMap((event) => (event.type === 'trial' ? [event.name] : []));
  let result: Awaited<ReturnType<typeof trainAuto>>;
  beforeAll(async () => {
    kept.mockResolvedValue(someWeights());
    const controller = new AbortController();
    const stopped = trainAuto(optionsOf('whole'), {
      signal: controller.signal,
      onProgress: (event) => {
        events.push(event);
        if (event.type === 'training' && event.name === small[1]) controller.abort();
      },
    });
    await expectError(stopped, 'ERR_ABORTED');
    expect(recordOf('whole')).toMatchObject({ winner: null, trials: [{}, {}, { name: small[0] }] });
    const again = await trainAutoResumeOptions(outDir('whole'));
    result = await trainAuto(again, { onProgress: (event) => void resumed.push(event) });
  });

  test('tries frozen networks, then small ones, and one of those in full', () => {
    const names = result.trials.map(({ name }) => name);
    expect(names).toEqual(['mobilenet_v2-difference', 'mobilenet_v2-rgb', ...small, expect.any(String)]);
    expect(small).toContain(`${names.at(-1)}-short`);
    expect(result.trials.map(({ kind }) => kind)).toEqual(['frozen', 'frozen', 'short', 'short', 'full']);
    expect(begunIn(events)).toEqual(names.slice(0, 4));
    expect(resumed.at(-1)).toEqual({ type: 'end', result });
  });

  test('goes on where it was stopped: what was tried is not tried again', () => {
    expect(begunIn(resumed)).toEqual([small[1], result.trials.at(-1)?.name]);
  });

  test('measures all on the same clips, none of them of a person it was trained on', async () => {
    const read = async (model: string, split: 'train' | 'validation') => {
      const { predictions } = await evaluate(join(outDir('whole'), model), manifest, { split, clips: 1, ...onCpu });
      return predictions.map(({ name }) => Number(basename(name, '.mkv')));
    };
    const [first = [], ...others] = await Promise.all(result.trials.map(({ model }) => read(model, 'validation')));
    for (const other of others) expect(other).toEqual(first);
    expect(result.data).toMatchObject({ trainClips: videos - first.length, validationClips: first.length });
    const people = new Set(first.map((index) => index % groups));
    const trained = await read(result.winner.model, 'train');
    expect(trained).toHaveLength(videos - first.length);
    expect(trained.filter((index) => people.has(index % groups))).toEqual([]);
  });

  test('takes the best that was trained to its end, and writes down what it found', () => {
    const finalists = result.trials.filter(({ kind }) => kind !== 'short');
    expect(result.winner.accuracy).toBe(Math.max(...finalists.map(({ accuracy }) => accuracy)));
    const [taken, made] = [result.modelPath, join(outDir('whole'), result.winner.model)].map((path) =>
      readFileSync(path),
    );
    expect(taken?.equals(made as Buffer)).toBe(true);
    expect(recordOf('whole')).toMatchObject({
      formatVersion: 1,
      winner: result.winner.name,
      trials: result.trials,
      data: { classes: 2, hasGroups: true, shape: 'landscape', seconds: expect.closeTo(0.5, 1) },
    });
  });

  test('each command repeats its trial', async () => {
    const cwd = join(folder, 'again');
    mkdirSync(cwd);
    /** What the last of a trial's commands prints. */
    const repeat = async ({ command }: Trial) => {
      let printed: Record<string, unknown>[] = [];
      for (const one of command.split(' && ')) {
        const { code, stdout, stderr } = await kinetorch([...one.split(' ').slice(2), '--json'], { cwd });
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        printed = jsonLines(stdout);
      }
      return printed;
    };
    const [frozen, , short] = result.trials as [Trial, Trial, Trial];
    expect((await repeat(frozen))[0]).toMatchObject({ validation: { top1: frozen.accuracy } });
    await repeat(short);
    const lossOf = (run: string) => JSON.parse(readFileSync(join(run, 'metrics.jsonl'), 'utf8')).train.loss;
    expect(lossOf(join(cwd, short.name))).toBe(lossOf(join(outDir('whole'), 'trials', short.name)));
  });
});

describe('what a recipe makes of its trials', () => {
  /** Trials that come to these accuracies, over 100 clips each. */
  const withAccuracies = (accuracies: Record<string, number>) => {
    const outcome = async (name: string, out: string) => {
      const [model, accuracy] = [join('trials', `${name}.pt`), accuracies[name]];
      if (accuracy === undefined) throw new Error(`expected no trial ${name}`);
      writeFileSync(join(out, model), name);
      return { accuracy, clips: 100, model, command: 'npx kinetorch' };
    };
    jest.mocked(tryFrozen).mockImplementation(({ name }, { options }) => outcome(name, options.outDir));
    jest.mocked(trySmall).mockImplementation((name, _network, _epochs, { options }) => outcome(name, options.outDir));
  };
  beforeEach(() => void kept.mockResolvedValue(null));
  const [shortSmall, shortLarge] = small as [string, string];
  const large = shortLarge.replace('-short', '');
  const chosenOf = async (name: string) => {
    const { winner, modelPath, trials, warnings } = await trainAuto(optionsOf(name));
    expect(readFileSync(modelPath, 'utf8')).toBe(winner.name);
    return { winner: winner.name, kinds: trials.map(({ kind }) => kind), warnings };
  };

  test('a frozen network wins where it is better, though others were trained to their end', async () => {
    kept.mockResolvedValueOnce(someWeights());
    withAccuracies({
      ...{ 'mobilenet_v2-difference': 0.8, 'mobilenet_v2-rgb': 0.7 },
      ...{ [shortSmall]: 0.5, [shortLarge]: 0.6, [large]: 0.68 },
    });
    expect(await chosenOf('frozen')).toMatchObject({ winner: 'mobilenet_v2-difference', warnings: [] });
  });

  test('without weights, and without leave to fetch them, it says so and goes on with small networks', async () => {
    withAccuracies({ [shortSmall]: 0.5, [shortLarge]: 0.6, [large]: 0.9 });
    const { winner, kinds, warnings } = await chosenOf('bare');
    expect({ winner, kinds }).toEqual({ winner: large, kinds: ['short', 'short', 'full'] });
    expect(warnings).toEqual([expect.stringMatching(/frozen networks were left out: no weights .* `fetchWeights`/)]);
  });

  test('it says where nothing was learned', async () => {
    withAccuracies({ [shortSmall]: 0.5, [shortLarge]: 0.7, [large]: 0.7 });
    const { warnings } = await chosenOf('chance');
    expect(warnings.at(-1)).toMatch(/nothing .* better than chance: 70.0% of 100 .* class gives 66.7%\. Look at/);
  });

  test('it does not become another where it goes on', async () => {
    withAccuracies({ [shortSmall]: 0.5 });
    await expect(trainAuto(optionsOf('other'))).rejects.toThrow(`expected no trial ${shortLarge}`);
    await expectError(trainAuto(optionsOf('other')), 'ERR_INVALID_ARGUMENT', /holds no run yet/);
    const other = trainAuto(optionsOf('other', { resume: true, seed: 2 }));
    await expectError(other, 'ERR_INVALID_ARGUMENT', /options\.seed.* to be 1, as the recipe was begun with/);
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, text.trim().split('\n').slice(0, -1).join('\n'));
    const fewer = trainAuto(optionsOf('other', { resume: true }));
    await expectError(fewer, 'ERR_INVALID_ARGUMENT', /the clips that the recipe was begun with/);
    writeFileSync(manifest, text);
    await expectError(trainAutoResumeOptions(folder), 'ERR_INVALID_ARGUMENT', /a recipe to resume/);
  });
});

test('what the recipe chooses cannot be chosen', async () => {
  const options = { ...optionsOf('wrong'), architecture: 'r3d_18' } as TrainAutoOptions;
  await expectError(trainAuto(options), 'ERR_INVALID_ARGUMENT', /no option "architecture"|unknown key "architecture"/);
});

test('data without clips to validate on are refused before anything is written', async () => {
  const none = trainAuto(optionsOf('none', { validationShare: 0 }));
  await expectError(none, 'ERR_DATASET', /to train and to validate on.* 24 and 0/);
  expect(existsSync(outDir('none'))).toBe(false);
});
