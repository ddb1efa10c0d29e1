import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clip, type CreateModelOptions, createModel, loadModel, type ModelInput } from '../../lib';
import { torchvisionOf } from '../../lib/model/weights/kerasResNet';
import { writeSafetensors } from '../../lib/model/weights/writeSafetensors';
import { kerasArrays } from '../support/kerasArrays';
import { referenceClips } from '../support/referenceClips';
import { relativeError } from '../support/relativeError';
import { temporaryFolder } from '../support/temporaryFolder';

/** What scripts/fixtures/pretrained_weights.py prints. */
interface Published {
  clip: number[];
  cases: { file: string; architecture: string; logits: number[][] }[];
  picture: { file: string; logits: number[][] };
  keras: { logits: number[][] };
}

const python = process.env.KINETORCH_TEST_PYTHON;
if (!python) console.warn('SKIPPED: set KINETORCH_TEST_PYTHON to a Python with torch to test published weights');
const withPython = python ? describe : describe.skip;

/** A clip whose every frame is the clip's first. */
function still({ data, height, width }: Clip, frames: number): Clip {
  const size = height * width * 3;
  const repeated = new Float32Array(frames * size);
  for (let frame = 0; frame < frames; frame++) repeated.set(data.subarray(0, size), frame * size);
  return { data: repeated, frames, height, width };
}

withPython('weights as projects publish them', () => {
  const folder = temporaryFolder();
  let published: Published;
  const of = (clips: Clip[], input: CreateModelOptions['input'], options: Omit<CreateModelOptions, 'input'>) =>
    logitsOf(clips, { ...options, input, weights: join(folder, options.weights as string) });

  async function logitsOf(clips: Clip[], options: CreateModelOptions): Promise<number[]> {
    const archive = await createModel({ numClasses: 7, ...options });
    await using model = await loadModel(archive, { device: 'cpu', precision: 'float32', tuning: { timeMs: 0 } });
    const rows = await Promise.all(clips.map((clip) => model.logits(clip)));
    return rows.flatMap((row) => [...row]);
  }

  beforeAll(() => {
    const script = join(__dirname, '..', '..', 'scripts', 'fixtures', 'pretrained_weights.py');
    const options = { encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
    published = JSON.parse(execFileSync(python as string, ['-B', script, folder], options));
  }, 240_000);

  it('give the logits of their own networks', async () => {
    expect(published.cases).toHaveLength(8);
    for (const { file, architecture, logits } of published.cases) {
      const { input, clips } = referenceClips(published.clip);
      const found = await of(clips, input, { architecture, weights: file });
      expect([file, relativeError(found, logits.flat()) < 1e-4]).toEqual([file, true]);
      rmSync(join(folder, file));
    }
  }, 240_000);

  it('of a picture network, inflated, give its logits for a clip that stands still', async () => {
    const { file, logits } = published.picture;
    for (const [architecture, frames] of [
      ['c2d_50', 4],
      ['i3d_50', 4],
      ['slow_50', 3],
    ] as const) {
      const { input, clips } = referenceClips(published.clip);
      const found = await of(
        clips.map((clip) => still(clip, frames)),
        { ...input, frames },
        { architecture, weights: file, inflate: 'centre' },
      );
      expect([architecture, relativeError(found, logits.flat()) < 1e-5]).toEqual([architecture, true]);
    }
  }, 240_000);

  it('averaged over time, differ by what the first and the last frame lack, the less the longer the clip', async () => {
    const { file, logits } = published.picture;
    const errorAt = async (frames: number) => {
      const { input, clips } = referenceClips(published.clip);
      const stills = clips.map((clip) => still(clip, frames));
      const found = await of(stills, { ...input, frames }, { architecture: 'slow_50', weights: file });
      return relativeError(found, logits.flat());
    };
    const [short, long] = [await errorAt(4), await errorAt(8)];
    expect(short).toBeGreaterThan(1e-3);
    expect(long / short).toBeGreaterThan(0.4);
    expect(long / short).toBeLessThan(0.6);
  }, 240_000);

  it('keep a head of as many classes, and leave another one fresh', async () => {
    const weights = join(folder, published.picture.file);
    const { input, clips } = referenceClips(published.clip);
    const frames = clips.map((clip) => still(clip, 2));
    const archive = await createModel({
      architecture: 'c2d_50',
      numClasses: 3,
      weights,
      input: { ...input, frames: 2 },
    });
    await using model = await loadModel(archive, { device: 'cpu', tuning: { timeMs: 0 } });
    const [first] = frames as [Clip];
    expect(await model.logits(first)).toHaveLength(3);
    expect(Math.max(...(await model.logits(first)).map(Math.abs))).toBeLessThan(1);
  }, 120_000);

  it('say how their input is normalised', async () => {
    const weights = join(folder, published.picture.file);
    const { metadata } = await createModel({ architecture: 'tsm_50', numClasses: 2, weights });
    expect(metadata.input).toMatchObject({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
    const own = { mean: [0.5, 0.5, 0.5] as [number, number, number] };
    const { input } = (await createModel({ architecture: 'tsm_50', numClasses: 2, weights, input: own })).metadata;
    expect(input).toMatchObject({ ...own, std: [0.229, 0.224, 0.225] });
  }, 120_000);

  it('of Keras are turned into torchvision’s', async () => {
    const weights = join(folder, 'keras.safetensors');
    writeFileSync(weights, writeSafetensors(torchvisionOf(kerasArrays(7), 'keras.h5')));
    const { input, clips } = referenceClips(published.clip);
    const caffe: Pick<ModelInput, 'mean' | 'std'> = {
      mean: [123.68 / 255, 116.779 / 255, 103.939 / 255],
      std: [1 / 255, 1 / 255, 1 / 255],
    };
    const found = await logitsOf(
      clips.map((clip) => still(clip, 2)),
      { architecture: 'c2d_50_v1', weights, input: { ...input, frames: 2, ...caffe } },
    );
    expect(relativeError(found, published.keras.logits.flat())).toBeLessThan(1e-4);
  }, 120_000);

  it('of another depth are refused with five names', async () => {
    const weights = join(folder, published.picture.file);
    const refused = createModel({ architecture: 'i3d_101', numClasses: 7, weights });
    await expect(refused).rejects.toMatchObject({
      code: 'ERR_WEIGHTS',
      message: expect.stringMatching(/missing tensors \(255\): (layer3\.\d+\.[^ ]+, ){5}…$/),
    });
  }, 120_000);
});
