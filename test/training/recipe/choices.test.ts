import { cheapestOfBest, isNearChance, standardErrorOf } from '../../../lib/training/recipe/choose';
import { epochsOf, smallNetworks } from '../../../lib/training/recipe/smallNetworks';
import type { RecipeData } from '../../../lib/training/recipe/types';

const data: RecipeData = {
  classes: 2,
  trainClips: 200,
  validationClips: 50,
  hasGroups: true,
  seconds: 1,
  shape: 'landscape',
  chance: 0.5,
};
const labels = ['walk', 'run'];
const namesOf = (change: Partial<RecipeData>) =>
  smallNetworks({ labels, data: { ...data, ...change } }).map(({ name }) => name.replace('r2plus1d_16-', ''));

test('frames one after the other are tried where they are a part of a clip only', () => {
  expect(namesOf({})).toEqual(['segment-40x56', 'segment-64x80']);
  expect(namesOf({ seconds: 2.2 })).toEqual(['segment-40x56', 'segment-64x80', 'dense-64x80']);
});

test('a network sees the whole picture, upright or square where that is', () => {
  expect(namesOf({ shape: 'portrait' })).toEqual(['segment-56x40', 'segment-80x64']);
  expect(namesOf({ shape: 'square' })).toEqual(['segment-48x48', 'segment-72x72']);
});

test('clips are not flipped where a mirror would change their class', () => {
  const flipOf = (...names: string[]) => smallNetworks({ labels: names, data })[0]?.options.augment.horizontalFlip;
  expect(flipOf('walk', 'run')).toBeUndefined();
  expect(flipOf('swipe left', 'swipe right')).toBe(0);
  expect(flipOf('Turn_Left', 'other')).toBe(0);
  expect(flipOf('turnLeft', 'other')).toBe(0);
  expect(flipOf('RightHand', 'other')).toBe(0);
  expect(flipOf('roll counter-clockwise', 'other')).toBe(0);
  expect(flipOf('leftover', 'bright')).toBeUndefined();
});

test('steps are larger where clips are many, and epochs more where they are few', () => {
  const stepsOf = (trainClips: number) => smallNetworks({ labels, data: { ...data, trainClips } })[0]?.options;
  expect(stepsOf(1000)).toMatchObject({ batchSize: 16, learningRate: 0.002, ema: 0.99 });
  expect(stepsOf(240)).toMatchObject({ batchSize: 8, learningRate: 0.001, ema: 0.98 });
  expect([40, 240, 1000, 2000].map(epochsOf.full)).toEqual([120, 42, 30, 30]);
  expect([40, 240, 1000, 2000].map(epochsOf.short)).toEqual([10, 10, 5, 3]);
});

test('of inputs that are as good as each other, within a standard error, the cheaper is taken', () => {
  const trial = (accuracy: number) => ({ accuracy, standardError: standardErrorOf(accuracy, 100) });
  const chosen = (...shares: number[]) => cheapestOfBest(shares.map(trial)).accuracy;
  expect(standardErrorOf(0.5, 100)).toBe(0.05);
  expect(chosen(0.47, 0.5)).toBe(0.47);
  expect(chosen(0.44, 0.5)).toBe(0.5);
  expect(chosen(0.5, 0.47)).toBe(0.5);
});

test('two standard errors above the most frequent class is more than chance', () => {
  const near = (accuracy: number) => isNearChance({ accuracy, clips: 100 }, data);
  expect([0.4, 0.59, 0.61].map(near)).toEqual([true, true, false]);
});
