import type { z } from 'zod';
import { describe, invalidArgument } from './errors';
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
  if (issue.code === 'unrecognized_keys') {
    throw invalidArgument(path, `an object without the unknown key ${describe(issue.keys[0])}`, value);
  }
  throw invalidArgument(path, issue.message, valueAt(value, issue.path));
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
