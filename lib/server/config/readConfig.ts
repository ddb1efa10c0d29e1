import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { decodeText } from '../../base/decodeText';
import { KinetorchError } from '../../base/errors';
import { optionsSchema, withoutDefault } from '../../base/schemas';
import { systemReason } from '../../base/systemReason';
import { parse } from '../../base/validation';
import { type FilledServerOptions, type ServerOptions, serverOptions } from '../options';

/** Where options of a server come from; what stands further up wins. */
export interface ConfigSources {
  flags: ServerOptions;
  env: NodeJS.ProcessEnv;
  /** The path of a JSON file. */
  file: string | undefined;
}

/**
 * The options of a server, filled in. Of the environment they are `KINETORCH_SERVE_` and the name in capitals, such as
 * `KINETORCH_SERVE_MAX_QUEUE=64`; lists have commas between, and what is no text or number is JSON.
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT` that names the variable or the key of the file, `ERR_FILE_NOT_FOUND`,
 * `ERR_FILE_ACCESS`
 */
export async function readConfig({ flags, env, file }: ConfigSources): Promise<FilledServerOptions> {
  const schema = optionsSchema(serverOptions);
  const ofFile = file === undefined ? {} : await readFileOptions(file);
  const ofEnv = readEnvironment(env);
  // By themselves first, so that what is wrong is told of where it stands.
  const partial = schema.partial();
  if (file !== undefined) parse(partial, ofFile, resolve(file));
  const said = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  return parse(schema, { ...ofFile, ...ofEnv, ...said }, '');
}

/** With what is secret left out, to be shown. */
export function shownConfig({ apiKeys, streams, ...options }: FilledServerOptions): object {
  const hidden = Object.keys(streams ?? {}).map((name) => [name, '…']);
  return {
    ...options,
    ...(apiKeys && { apiKeys: apiKeys.map(() => '…') }),
    ...(streams && { streams: Object.fromEntries(hidden) }),
  };
}

async function readFileOptions(file: string): Promise<object> {
  let text: string;
  try {
    text = decodeText(await readFile(file), file, 'ERR_FILE_ACCESS');
  } catch (cause) {
    if (cause instanceof KinetorchError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'ERR_FILE_NOT_FOUND' : 'ERR_FILE_ACCESS';
    throw new KinetorchError(code, `cannot read the config file ${file}: ${systemReason(cause)}`, { cause });
  }
  try {
    return JSON.parse(text) as object;
  } catch (cause) {
    throw new KinetorchError('ERR_INVALID_ARGUMENT', `expected ${file} to be JSON but ${(cause as Error).message}`, {
      cause,
    });
  }
}

const prefix = 'KINETORCH_SERVE_';

/** The variable that sets an option. */
export const variableOf = (option: string) => prefix + option.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

function readEnvironment(env: NodeJS.ProcessEnv): Record<string, unknown> {
  const known = new Map(
    Object.keys(serverOptions).map((option) => [variableOf(option), option as keyof typeof serverOptions]),
  );
  const options: Record<string, unknown> = {};
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(prefix) || text === undefined || isServiceLink(variable, text)) continue;
    const option = known.get(variable);
    if (option === undefined) {
      throw new KinetorchError(
        'ERR_INVALID_ARGUMENT',
        `${variable} sets no option of a server; there are ${[...known.keys()].join(', ')}`,
      );
    }
    options[option] = parse(
      serverOptions[option] as z.ZodType,
      valueFrom(serverOptions[option] as z.ZodType, text),
      variable,
    );
  }
  return options;
}

/** Kubernetes sets variables of its own in every pod for each Service, which may be called `kinetorch-serve`. */
function isServiceLink(variable: string, text: string): boolean {
  const name = variable.slice(prefix.length);
  return /^(SERVICE_(HOST|PORT)|PORT_\d+_)/.test(name) || (name === 'PORT' && /^\w+:\/\//.test(text));
}

/** What a text stands for, by the kind of what is wanted. */
export function valueFrom(schema: z.ZodType, text: string): unknown {
  const bare = withoutDefault(schema);
  if (bare instanceof z.ZodArray) return text.split(',').map((part) => part.trim());
  if (bare instanceof z.ZodNumber || isOneOfNumbers(bare)) {
    const number = Number(text);
    return text.trim() === '' || Number.isNaN(number) ? text : number;
  }
  if (bare instanceof z.ZodBoolean) return { true: true, false: false, 1: true, 0: false }[text] ?? text;
  if (!(bare instanceof z.ZodRecord)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const isOneOfNumbers = (schema: z.ZodType) =>
  schema instanceof z.ZodLiteral && [...schema.values].every((value) => typeof value === 'number');
