import { z } from 'zod';
import { describe as describeValue } from '../../lib/base/errors';
import { nearest } from '../../lib/base/nearest';
import { oneOf, optionsSchema, wholeNumber } from '../../lib/base/schemas';
import { parse } from '../../lib/base/validation';

const many = Array.from({ length: 1000 }, (_, index) => index);

describe('values in messages', () => {
  test.each([
    [[1, 2], '[ 1, 2 ]'],
    [[], '[]'],
    [{ frames: 16, resize: [128, 171] }, '{ frames: 16, resize: [ 128, 171 ] }'],
    [Object.create(null), '[Object: null prototype] {}'],
    [new Uint8Array(3), 'a Uint8Array of 3 values'],
    [new Date(0), 'an instance of Date'],
    [Number.NaN, 'NaN of type number'],
    ['a\u001b[2J', '"a\\u001b[2J"'],
    [null, 'null'],
  ])('%p is %s', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });

  test.each([[many], [{ many }], ['a'.repeat(1000)], [[['deep', ['deeper', { deepest: 1 }]]]]])(
    'what is long stays short',
    (value) => {
      expect(describeValue(value).length).toBeLessThanOrEqual(82);
    },
  );

  test('nothing of an object is called', () => {
    const value = {
      get secret() {
        throw new Error('called');
      },
      toString: () => 'called',
      [Symbol.for('nodejs.util.inspect.custom')]: () => 'called',
    };
    expect(describeValue(value)).not.toMatch(/^called/);
  });
});

describe('what was probably meant', () => {
  const schema = optionsSchema({
    learningRate: wholeNumber(0, 1).optional(),
    device: oneOf(['cpu', 'cuda']).default('cpu'),
    batching: optionsSchema({ maxQueue: wholeNumber(1, 2).default(1) }).prefault({}),
    list: z.array(z.strictObject({ height: z.number() })).optional(),
  });
  test.each([
    [
      { learnigRate: 1 },
      'expected `options` to be an object without the unknown key "learnigRate"; did you mean "learningRate"?',
    ],
    [
      { batching: { maxqueue: 1 } },
      'expected `options.batching` to be an object without the unknown key "maxqueue"; did you mean "maxQueue"?',
    ],
    [
      { list: [{ height: 1, hight: 1 }] },
      'expected `options.list.0` to be an object without the unknown key "hight"; did you mean "height"?',
    ],
    [
      { colour: 1 },
      'expected `options` to be an object without the unknown key "colour"; it may have learningRate, device, batching, list',
    ],
    [
      { device: 'cudaa' },
      "expected `options.device` to be 'cpu' or 'cuda' but received \"cudaa\"; did you mean 'cuda'?",
    ],
    [{ device: 'vulkan' }, "expected `options.device` to be 'cpu' or 'cuda' but received \"vulkan\""],
  ])('%p', (options, message) => {
    expect(() => parse(schema, options, 'options')).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message }),
    );
  });

  test('nothing is near to nothing', () => {
    expect(nearest('a', [])).toBeNull();
    expect(nearest('', ['long'])).toBeNull();
    expect(nearest('R2PLUS1D_18', ['r3d_18', 'r2plus1d_18'])).toBe('r2plus1d_18');
  });
});
