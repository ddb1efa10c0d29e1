import { z } from 'zod';
import { describe, invalidArgument, KinetorchError } from './errors';
import { didYouMean, nearest } from './nearest';
import { optionsSchema } from './schemas';

/**
 * Checks a value against a zod schema and returns it with its defaults filled in.
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`, whose message gives the path within `name`, what was expected and what
 * came. A schema states the expectation in its error message: `z.int({ error: 'an integer' })`.
 */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, name: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (!issue) throw invalidArgument(name, 'a valid value', value);
  const path = [name, ...issue.path.map(String)].join('.');
  if (issue.code === 'unrecognized_keys') throw unknownKey(path, issue.keys[0] as string, keysAt(schema, issue.path));
  const actual = valueAt(value, issue.path);
  const names = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  throw invalidArgument(path, issue.message, actual, typeof actual === 'string' ? didYouMean(actual, names) : '');
}

function unknownKey(path: string, key: string, known: string[]): KinetorchError {
  const meant = nearest(key, known);
  const advice = meant === null ? `it may have ${known.join(', ')}` : `did you mean ${describe(meant)}?`;
  return new KinetorchError(
    'ERR_INVALID_ARGUMENT',
    `expected \`${path}\` to be an object without the unknown key ${describe(key)}; ${advice}`,
  );
}

/** The keys of the object that a path leads to. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let current: z.ZodType | undefined = bare(schema);
  for (const key of path) {
    if (current instanceof z.ZodObject) current = bare(current.shape[String(key)] as z.ZodType);
    else if (current instanceof z.ZodArray) current = bare(current.element as z.ZodType);
    else return [];
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

/** A schema without what says that its value may be left out. */
function bare(schema: z.ZodType): z.ZodType {
  return 'unwrap' in schema && !(schema instanceof z.ZodArray) ? bare((schema.unwrap as () => z.ZodType)()) : schema;
}

/** Checks a call's options against their table, as {@link parse} does. */
export function parseOptions<Table extends z.ZodRawShape>(table: Table, options: unknown) {
  return parse(optionsSchema(table), options, 'options');
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  let current = value;
  for (const key of path) current = (current as Record<PropertyKey, unknown> | undefined)?.[key];
  return current;
}
