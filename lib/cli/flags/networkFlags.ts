import { InvalidArgumentError, Option } from 'commander';
import { networkOptions } from '../../model/options';
import { inputFields, partialInputSchema } from '../../model/schemas';
import type { ModelInput, ModelTask, NetworkOutput } from '../../model/types';
import { type LabelOptions, labelFlags, labelsFrom } from './labelFlags';
import { schemaFlag } from './schemaFlag';

/** What {@link networkFlags} give. */
export interface NetworkOptions extends LabelOptions {
  input?: Partial<ModelInput>;
  task?: ModelTask;
  output?: NetworkOutput;
  perFrame?: boolean;
}

/** Flags that say of a model what its file does not: of a plain TorchScript file labels and input. */
export const networkFlags = (): Option[] => grouped([...labelFlags(), inputFlag(), ...scoreFlags()]);

/** Flags that say what the numbers are that a network gives. */
export const scoreFlags = () => [
  schemaFlag('--task <name>', networkOptions.task),
  schemaFlag('--output <name>', networkOptions.output),
  schemaFlag('--per-frame', networkOptions.perFrame),
];

const grouped = (flags: Option[]) =>
  flags.map((flag) => flag.helpGroup('A TorchScript file without labels and input of its own:'));

/** Those of the network's options that were given. */
export async function networkFrom({ labels, labelsFile, input, task, output, perFrame }: NetworkOptions) {
  return { labels: await labelsFrom({ labels, labelsFile }), input, task, output, perFrame };
}

const example = 'frames=16,height=112,width=112,frameRate=15,resize=128x171,mean=0.43:0.39:0.38,std=0.23:0.22:0.22';

/** Any part of a model's input in one flag. */
export const inputFlag = () =>
  new Option('--input <settings>', `parts of the input, for example ${example}`).argParser(parseInput);

/** `frames=16,resize=128x171,…` */
function parseInput(text: string): Partial<ModelInput> {
  const input = Object.fromEntries(
    text.split(',').map((pair) => {
      const [key = '', value = ''] = pair.split('=', 2).map((part) => part.trim());
      const name = key.replace(/-(.)/g, (_dash, letter: string) => letter.toUpperCase());
      if (!Object.hasOwn(inputFields, name)) {
        throw new InvalidArgumentError(`Expected name=value with one of ${Object.keys(inputFields).join(', ')}.`);
      }
      return [name, settingOf(name, value)];
    }),
  );
  const parsed = partialInputSchema.safeParse(input);
  if (parsed.success) return parsed.data as Partial<ModelInput>;
  const [issue] = parsed.error.issues;
  throw new InvalidArgumentError(`Expected ${String(issue?.path[0])} to be ${issue?.message}, for example ${example}.`);
}

function settingOf(name: string, text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  const isList = name === 'resize' || name === 'mean' || name === 'std';
  const numbers = (isList ? text.split(/[x:/]/) : [text]).map((part) =>
    part.trim() === '' ? Number.NaN : Number(part),
  );
  if (numbers.some(Number.isNaN)) return text;
  return isList ? numbers : numbers[0];
}
