import type { Option } from 'commander';
import type { z } from 'zod';
import { oneOf, oneOfNumbers, realNumber, trueOrFalse, wholeNumber } from '../../lib/base/schemas';
import { augmentFlags } from '../../lib/cli/flags/augmentFlags';
import { trainingInputFlags, trainingRuntimeFlags } from '../../lib/cli/flags/modelFlags';
import { filledFlag, schemaFlag } from '../../lib/cli/flags/schemaFlag';
import { trainFlags, trainOptionsFrom } from '../../lib/cli/flags/trainFlags';
import { clipCacheOptions } from '../../lib/dataset/options';
import { deviceSchema } from '../../lib/model/options';
import { trainOptions } from '../../lib/training/options';

const parse = (flag: Option, text: string) => flag.parseArg?.(text, undefined as never);

test("a flag's default, text and choices are its option's", () => {
  const flag = schemaFlag('--cut <n>', wholeNumber(1, 9).default(4).describe('pieces (default: {default})'));
  expect(flag.description).toBe('pieces (default: 4)');
  expect(flag.defaultValue).toBeUndefined();
  expect(filledFlag('--cut <n>', wholeNumber(1, 9).default(4)).defaultValue).toBe(4);
  expect(schemaFlag('--way <name>', oneOf(['up', 'down']).optional()).argChoices).toEqual(['up', 'down']);
  expect(schemaFlag('--still', trueOrFalse.default(false).describe('no motion')).parseArg).toBeUndefined();
});

test.each<[string, z.ZodType, string, unknown]>([
  ['a whole number', wholeNumber(1, 9), '3', 3],
  ['a whole number, above which the library looks', wholeNumber(1, 9), '10', 10],
  ['a number', realNumber(0, 1).default(0.5), '0.25', 0.25],
  ['one of some numbers', oneOfNumbers([1, 3], '1 or 3').default(1), '3', 3],
  ['a device', deviceSchema, 'cuda:1', 'cuda:1'],
])('takes %s', (_, schema, text, value) => {
  expect(parse(schemaFlag('--it <it>', schema), text)).toBe(value);
});

test.each<[string, z.ZodType, string, string]>([
  ['what is no whole number', wholeNumber(2, 9), '1.5', 'Expected a whole number of 2 or more.'],
  ['less than the least', realNumber(0, 1), '-1', 'Expected a number of 0 or more.'],
  ['nothing, of what must be something', realNumber(0.01, 1), '0', 'Expected a number above 0.'],
  ['another number', oneOfNumbers([1, 3], '1 or 3').optional(), '2', 'Expected 1 or 3.'],
  ['a device of several', deviceSchema, 'cuda:*', 'Expected auto, cpu, cuda or cuda:N.'],
])('refuses %s', (_, schema, text, message) => {
  expect(() => parse(schemaFlag('--it <it>', schema), text)).toThrow(message);
});

test('every option of training has a flag, and every flag a text without gaps', () => {
  const flags = [...trainFlags(), ...augmentFlags(), ...trainingInputFlags(), ...trainingRuntimeFlags()];
  const names = flags.map((flag) => flag.attributeName());
  const given = Object.keys(trainOptionsFrom(Object.fromEntries(names.map((name) => [name, 1]))));
  // The command's own arguments, and groups with flags of their own.
  const others = ['data', 'outDir', 'resume', 'augment', 'input'];
  const missing = Object.keys(trainOptions).filter((name) => !given.includes(name) && !others.includes(name));
  expect(missing).toEqual([]);
  expect(Object.keys(clipCacheOptions)).toHaveLength(3);
  for (const { description } of flags) expect(description).toMatch(/^(?!.*(\{|undefined)).+/);
});
