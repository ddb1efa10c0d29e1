import type { Option } from 'commander';
import { parse } from '../../lib/base/validation';
import { augmentFlags, augmentFrom } from '../../lib/cli/flags/augmentFlags';
import type { ModelInput } from '../../lib/model/types';
import type { Augmentation } from '../../lib/training/augmentation';
import { augmentationSchema, cropWarning, nativeAugmentation } from '../../lib/training/augmentation';
import { noAugmentation } from '../support/augmentation';

const labels = ['left', 'right', 'up'];
const check = (value: unknown) => parse(augmentationSchema, value, 'options.augment');

test('without options there is a flip and nothing else', () => {
  expect(nativeAugmentation({}, labels)).toEqual({ ...noAugmentation, flip: [0.5, 0.5, 0.5] });
  expect(nativeAugmentation({ horizontalFlip: 0 }, labels).flip).toEqual([]);
});

test('classes where sides matter are never flipped; their names must be known', () => {
  const flips = nativeAugmentation({ horizontalFlip: 0.4, flipExcept: ['left', 'right'] }, labels).flip;
  expect(flips).toEqual([0, 0, 0.4]);
  expect(() => nativeAugmentation({ flipExcept: ['down'] }, labels)).toThrow(
    'expected `options.augment.flipExcept` to be labels of the data, such as "left" but received "down"',
  );
});

test('every option passes the check and reaches the native side', () => {
  const augment: Augmentation = {
    speed: [0.8, 1.25],
    cropArea: [0.3, 1],
    cropAspect: [1, 1],
    horizontalFlip: 1,
    flipExcept: ['up'],
    brightness: 0.1,
    contrast: 0.2,
    saturation: 0.3,
    hue: 0.4,
    randAugment: { operations: 2, magnitude: 9 },
    interpolation: 'nearest',
    levels: 'frame',
    erase: 0.5,
    eraseArea: [0.1, 0.2],
    eraseWith: 'mean',
    mixup: 0.6,
    cutmix: 0.7,
  };
  expect(check(augment)).toEqual(augment);
  expect(nativeAugmentation(augment, labels)).toEqual({
    shortSide: [],
    cropArea: [0.3, 1],
    cropAspect: [1, 1],
    flip: [1, 1, 0],
    brightness: 0.1,
    contrast: 0.2,
    saturation: 0.3,
    hue: 0.4,
    randAugmentOperations: 2,
    randAugmentMagnitude: 9,
    autoAugment: 'none',
    interpolation: 'nearest',
    levels: 'frame',
    erase: 0.5,
    eraseArea: [0.1, 0.2],
    eraseWith: 'mean',
    mixup: 0.6,
    cutmix: 0.7,
  });
  expect(nativeAugmentation(check({ shortSide: [90, 120] }), labels).shortSide).toEqual([90, 120]);
  expect(nativeAugmentation(check({ autoAugment: 'augMix' }), labels)).toMatchObject({
    autoAugment: 'augMix',
    interpolation: 'bilinear',
    levels: 'clip',
    eraseWith: 'noise',
  });
});

test.each<[string, object, string]>([
  ['an unknown option', { rotate: 3 }, '"rotate"'],
  [
    'a range the wrong way round',
    { cropArea: [1, 0.3] },
    '`options.augment.cropArea` to be [min, max] with 0.01 ≤ min',
  ],
  ['a range of one number', { speed: [1] }, '`options.augment.speed` to be [min, max]'],
  ['a hue of more than half a turn', { hue: 0.6 }, '`options.augment.hue` to be a number between 0 and 0.5'],
  [
    'a magnitude out of range',
    { randAugment: { operations: 2, magnitude: 31 } },
    '`options.augment.randAugment.magnitude`',
  ],
  ['two ways to crop', { shortSide: [80, 90], cropArea: [0.5, 1] }, '`options.augment.shortSide` to be left out with'],
  ['an aspect without an area', { cropAspect: [1, 1] }, '`options.augment.cropAspect` to be left out without'],
  ['a preset that there is not', { autoAugment: 'cifar10' }, 'trivialAugmentWide, augMix, imagenet'],
  [
    'two presets',
    { autoAugment: 'augMix', randAugment: { operations: 2, magnitude: 9 } },
    '`options.augment.autoAugment` to be left out with `randAugment`',
  ],
  ['a way to erase, but never', { eraseWith: 'mean' }, '`options.augment.eraseWith` to be left out without'],
  ['an area to erase, but never', { eraseArea: [0.1, 0.2] }, '`options.augment.eraseArea` to be left out without'],
])('refuses %s', (_, augment, message) => {
  expect(() => check(augment)).toThrow(message);
});

test('the flags name every option once and give what they say', () => {
  const texts: Record<keyof Augmentation, [text: string, value: unknown]> = {
    speed: ['0.8,1.25', [0.8, 1.25]],
    shortSide: ['80,96', [80, 96]],
    cropArea: ['0.3,1', [0.3, 1]],
    cropAspect: ['1,1', [1, 1]],
    horizontalFlip: ['0', 0],
    flipExcept: ['left, up', ['left', 'up']],
    brightness: ['0.1', 0.1],
    contrast: ['0.2', 0.2],
    saturation: ['0.3', 0.3],
    hue: ['0.4', 0.4],
    randAugment: ['2,9.5', { operations: 2, magnitude: 9.5 }],
    autoAugment: ['augMix', 'augMix'],
    interpolation: ['nearest', 'nearest'],
    levels: ['frame', 'frame'],
    erase: ['0.5', 0.5],
    eraseArea: ['0.1,0.2', [0.1, 0.2]],
    eraseWith: ['mean', 'mean'],
    mixup: ['0.6', 0.6],
    cutmix: ['1', 1],
  };
  const flags = augmentFlags();
  expect(flags.map((flag) => flag.attributeName()).sort()).toEqual(Object.keys(texts).sort());
  const given = flags.map((flag) => {
    const name = flag.attributeName() as keyof Augmentation;
    return [name, flag.parseArg?.(texts[name][0], undefined as never)];
  });
  const expected = Object.fromEntries(Object.entries(texts).map(([name, [, value]]) => [name, value]));
  expect(augmentFrom({ ...Object.fromEntries(given), other: 1 })).toEqual(expected);
});

test.each([
  ['--crop-area', '1'],
  ['--crop-area', '1,0.3'],
  ['--crop-area', '0.3,'],
  ['--speed', 'fast,slow'],
  ['--rand-augment', '2'],
  ['--rand-augment', '2.5,9'],
  ['--hue', '-0.1'],
])('%s refuses %s', (name, text) => {
  const flag = augmentFlags().find((option) => option.long === name) as Option;
  expect(() => flag.parseArg?.(text, undefined as never)).toThrow(/^Expected/);
});

test('validation on less of the frame than training ever sees is warned of', () => {
  const input = { height: 40, width: 56, resize: [80, 112] } as unknown as ModelInput;
  expect(cropWarning(input, { cropArea: [0.5, 1] })).toMatch(/middle 25% .*40x56 of 80x112.* 50% or more/);
  expect(cropWarning(input, { cropArea: [0.2, 1] })).toBeNull();
  expect(cropWarning(input, {})).toBeNull();
  expect(cropWarning({ ...input, resize: [100] }, { cropArea: [0.3, 1] })).toMatch(/40x56 of 100x100/);
});
