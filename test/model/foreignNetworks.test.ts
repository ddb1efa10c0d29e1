import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clip } from '../../lib/clip/types';
import { loadModel } from '../../lib/model/loadModel';
import type { LoadModelOptions } from '../../lib/model/options';
import type { VideoModel } from '../../lib/model/videoModel';
import { wrapModel } from '../../lib/model/wrapModel';
import { foreignClips, foreignInput, foreignNames, foreignNetwork, foreignOptions } from '../support/foreignNetworks';
import { expectError, maxDifference } from '../support/models';
import { relativeError } from '../support/relativeError';
import { root, runNode } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();

beforeAll(() => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
});

const load = (name: string, options: LoadModelOptions = {}) =>
  loadModel(foreignNetwork(name).bytes, { ...foreignOptions, ...options });

/** Calls made at the same time, of both clips in turn, give each what PyTorch gives for it alone. */
async function expectLogits(model: VideoModel, name: string, tolerance = 1e-3): Promise<void> {
  const { logits } = foreignNetwork(name);
  for (const count of [1, 2, 3, 6, 8]) {
    const places = Array.from({ length: count }, (_, index) => index % 2);
    const found = await Promise.all(places.map((place) => model.logits(foreignClips[place] as Clip)));
    for (const [index, place] of places.entries()) {
      expect(relativeError(found[index] as Float32Array, logits[place] as number[])).toBeLessThan(tolerance);
    }
  }
}

describe.each(['off', 'exact', 'fast'] as const)('optimize %s', (optimize) => {
  test.each([...foreignNames('types'), ...foreignNames('layout'), ...foreignNames('bfloat16')])(
    '%s gives in every batch what PyTorch gives',
    async (name) => {
      await using model = await load(name, { optimize });
      // Computed in float32, and so without PyTorch's rounding of every step.
      await expectLogits(model, name, name === 'All bfloat16' ? 1e-2 : 1e-3);
    },
  );

  test.each(foreignNames('batches'))('%s gives each clip what it gets alone', async (name) => {
    await using model = await load(name, { optimize });
    await expectLogits(model, name);
  });
});

describe('what a model warns of', () => {
  const warningsOf = async (name: string, options?: LoadModelOptions) => {
    await using model = await load(name, options);
    return model.warnings;
  };

  test.each(['OneAtATime', 'OneRow', 'Mixing', 'Swapping'])('%s is run one by one', async (name) => {
    expect(await warningsOf(name)).toEqual([expect.stringContaining('one clip at a time')]);
    expect(await warningsOf(name, { batching: { maxBatchSize: 1 } })).toEqual([]);
  });

  test('batches are as large as was right', async () => {
    expect(await warningsOf('AtMostFour')).toEqual([expect.stringContaining('in parts of 4 clips')]);
  });

  test('an order of memory that is taken for granted is kept', async () => {
    expect(await warningsOf('Strided')).toEqual([expect.stringContaining('own order of memory')]);
  });

  test.each(['ViewAfterConvolution', 'ViewTraced', 'Folded', 'Squeezed', 'Pick', 'Own float16'])(
    'nothing of %s, which loses nothing',
    async (name) => {
      expect(await warningsOf(name)).toEqual([]);
    },
  );
});

describe('probabilities instead of logits', () => {
  const softmax = (values: Float32Array) => {
    const exponents = values.map((value) => Math.exp(value - Math.max(...values)));
    const sum = exponents.reduce((a, b) => a + b);
    return exponents.map((value) => value / sum);
  };
  const [clip] = foreignClips as [Clip];

  test.each(foreignNames('probabilities'))('%s is recognised and taken as it is', async (name) => {
    const given = foreignNetwork(name).logits[0] as number[];
    await using model = await load(name);
    expect(model.metadata.output).toBe('probabilities');
    expect(model.warnings).toEqual([expect.stringContaining('probabilities instead of logits')]);
    expect(maxDifference(await model.probabilities(clip), given)).toBeLessThan(1e-5);
    const { predictions } = await model.classifyClip(clip);
    expect(predictions[0]?.score).toBeCloseTo(Math.max(...given), 4);
  });

  test('logits are then logarithms', async () => {
    await using model = await load('EndsInSoftmax', { output: 'probabilities' });
    expect(model.warnings).toEqual([]);
    const { logits, probabilities } = await model.run(clip, { outputs: ['logits', 'probabilities'] });
    expect(maxDifference(softmax(logits), probabilities)).toBeLessThan(1e-5);
    await using sigmoids = await load('EndsInSigmoids', { output: 'probabilities', task: 'multilabel' });
    const found = await sigmoids.run(clip, { outputs: ['logits', 'probabilities'] });
    const again = found.logits.map((logit) => 1 / (1 + Math.exp(-logit)));
    expect(maxDifference(again, found.probabilities)).toBeLessThan(1e-5);
  });

  test('who says that they are logits gets a softmax', async () => {
    await using model = await load('EndsInSoftmax', { output: 'logits' });
    expect(model.warnings).toEqual([]);
    const { logits, probabilities } = await model.run(clip, { outputs: ['logits', 'probabilities'] });
    expect(maxDifference(softmax(logits), probabilities)).toBeLessThan(1e-5);
    expect(maxDifference(logits, foreignNetwork('EndsInSoftmax').logits[0] as number[])).toBeLessThan(1e-5);
  });

  test('what is said to be probabilities and is not is refused', async () => {
    await expectError(load('Pick', { output: 'probabilities' }), 'ERR_MODEL_METADATA', 'expected probabilities');
  });
});

test('a task of several labels has sigmoids', async () => {
  await using model = await load('Pick', { task: 'multilabel' });
  const [clip] = foreignClips as [Clip];
  const { logits, probabilities } = await model.run(clip, { outputs: ['logits', 'probabilities'] });
  const sigmoids = logits.map((logit) => 1 / (1 + Math.exp(-logit)));
  expect(maxDifference(sigmoids, probabilities)).toBeLessThan(1e-6);
  const { predictions } = await model.classifyClip(clip);
  for (const { index, score } of predictions) expect(score).toBeCloseTo(sigmoids[index] as number, 5);
  const [tensor] = await model.classifyTensor({ data: new Float32Array(3 * 4 * 16 * 16), shape: [3, 4, 16, 16] });
  expect(tensor?.predictions.reduce((sum, { score }) => sum + score, 0)).not.toBeCloseTo(1, 2);
});

test.each([...foreignNames('bfloat16'), 'Pick', 'Relative', 'Complex', 'DoubleInside', 'ViewAfterConvolution'])(
  '%s runs in bfloat16 too',
  async (name) => {
    await using model = await load(name, { precision: 'bfloat16' });
    await expectLogits(model, name, 0.1);
  },
);

describe('a network that throws ends no process', () => {
  const program = `
    const { loadModel, inspectModel } = require(${JSON.stringify(join(root, 'dist', 'index.js'))});
    const [file] = process.argv.slice(1);
    const input = ${JSON.stringify(foreignInput)};
    const options = { labels: ['a', 'b', 'c', 'd'], input, device: 'cpu', threads: 2,
      tuning: { timeMs: 0, folder: null } };
    const clip = (value) => ({ data: new Float32Array(4 * 16 * 16 * 3).fill(value), frames: 4, height: 16, width: 16 });
    process.removeAllListeners('warning').on('warning', () => {});
    const said = ({ name, code, message }) => name === 'KinetorchError' ? code + ' ' + message : name;
    (async () => {
      await inspectModel(file);
      const lines = [];
      for (const optimize of ['off', 'exact', 'fast']) {
        try {
          const model = await loadModel(file, { ...options, optimize });
          for (const values of [[0.4], [0.5], [0.4, 0.5, 0.4, 0.4, 0.5, 0.4]]) {
            const calls = values.map((value) => model.run(clip(value), { outputs: model.outputs }));
            for (const { status, reason } of await Promise.allSettled(calls)) lines.push(reason ? said(reason) : status);
          }
          await model.dispose();
        } catch (error) { lines.push(said(error)); }
      }
      console.log(JSON.stringify(lines));
    })();`;
  /** At every level of optimize. */
  const run = async (name: string) => {
    const file = join(folder, `${name}.pt`);
    writeFileSync(file, foreignNetwork(name).bytes);
    const { code, stdout, stderr } = await runNode(['-e', program, file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as string[];
  };

  test.each(foreignNames('throws'))('%s', async (name) => {
    const lines = await run(name);
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(line).toMatch(/^ERR_MODEL_FORWARD /);
      expect(line.length).toBeLessThan(600);
      expect(line).not.toMatch(/Traceback|frame #|Exception raised|interpreter/);
    }
  });

  test('the reason comes first, then the line of the file', async () => {
    const [line] = await run('AfterDecision');
    expect(line).toMatch(
      /^ERR_MODEL_FORWARD RuntimeError: tall clips are not for me \(.+, line \d+: .*\); expected a forward/,
    );
  });

  test('a clip that a network refuses is refused, and the others are not', async () => {
    const lines = await run('InsideBranch');
    expect(lines).toHaveLength(24);
    for (const line of lines) expect(line).toMatch(/^(fulfilled$|ERR_MODEL_FORWARD .*black clips are not for me)/);
    for (const level of [0, 8, 16]) {
      expect(lines[level]).toBe('fulfilled');
      expect(lines[level + 1]).not.toBe('fulfilled');
    }
  });
});

test('a wrapped network is loaded without being told anything', async () => {
  const { labels, input } = foreignOptions;
  const archive = await wrapModel(foreignNetwork('EndsInSigmoids').bytes, {
    labels,
    input,
    task: 'multilabel',
    license: 'MIT',
  });
  expect(archive.metadata).toMatchObject({ architecture: 'custom', output: 'probabilities', license: 'MIT' });
  await archive.save(join(folder, 'wrapped.pt'));
  await using model = await loadModel(join(folder, 'wrapped.pt'), { ...foreignOptions, labels: undefined });
  expect(model.warnings).toEqual([]);
  expect(model.metadata).toEqual(archive.metadata);
  const [clip] = foreignClips as [Clip];
  const given = foreignNetwork('EndsInSigmoids').logits[0] as number[];
  expect(maxDifference(await model.probabilities(clip), given)).toBeLessThan(1e-5);
  await expectError(wrapModel(foreignNetwork('Pick').bytes, { labels: ['a'], input }), 'ERR_MODEL_METADATA', '4');
});
