import { z } from 'zod';

/*
 * Pieces of the schemas of options. Of an option, its schema says everything: the check, the default, the type, and, as
 * its description, what `--help` says of its flag, where `{default}` stands for the default.
 */

/** What callers may give of a table of options. Editors and documents then show what is said of each in the table. */
export type OptionsOf<Table extends z.ZodRawShape> = z.input<z.ZodObject<Table>>;

/** Checks a table of options, and fills in their defaults. */
export const optionsSchema = <Table extends z.ZodRawShape>(table: Table) =>
  z.strictObject(table, { error: 'an object' });

/** What an option is where it is said. */
export function withoutDefault(schema: z.ZodType): z.ZodType {
  const isWrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional;
  return isWrapped ? withoutDefault(schema.unwrap() as z.ZodType) : schema;
}

/** A whole number from `min` to `max`. */
export const wholeNumber = (min: number, max: number) => {
  const error = `an integer between ${min} and ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

/** A finite number from `min` to `max`. */
export const realNumber = (min: number, max: number) => {
  const error = `a number between ${min} and ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
};

/** A seed of random numbers. */
export const seedSchema = wholeNumber(0, Number.MAX_SAFE_INTEGER);

/** One of some names. */
export const oneOf = <const Names extends readonly string[]>(
  names: Names,
  error = names.map((name) => `'${name}'`).join(' or '),
) => z.enum(names, { error });

/** One of some whole numbers. */
export const oneOfNumbers = <const Numbers extends readonly number[]>(numbers: Numbers, error: string) =>
  z.literal(numbers as unknown as Numbers[number][], { error });

export const trueOrFalse = z.boolean({ error: 'true or false' });

/** A text that is not empty, and, as a path, not cut off at a NUL. */
export const nonEmptyText = (error: string) => z.string({ error }).regex(/^[^\0]+$/, { error });

/** A function of the caller's. */
export const callback = <F extends (...values: never[]) => unknown>() =>
  z.custom<F>((value) => typeof value === 'function', { error: 'a function' });

const isSignal = (value: unknown): boolean => {
  const signal = value as AbortSignal | null;
  return typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function';
};

/** Options of every call that takes its time. */
export const callOptions = {
  /** Rejects with `ERR_ABORTED`. Queued work is dropped; a forward pass that already runs is finished and its result thrown away. */
  signal: z.custom<AbortSignal>(isSignal, { error: 'an AbortSignal' }).optional(),
  /** Milliseconds until the call rejects with `ERR_TIMEOUT`; counted from the call. */
  timeoutMs: realNumber(0, 2 ** 31 - 1).optional(),
};

export interface CallOptions extends OptionsOf<typeof callOptions> {}
