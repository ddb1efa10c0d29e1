import { z } from 'zod';
import { describe, invalidArgument, KinetorchError, unlike } from './errors';
import { didYouMean, nearest } from './nearest';
import { optionsSchema } from './schemas';

/**
 * Checks a value against a zod schema and returns it with its defaults filled in.
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`, whose message gives the path within `name`, what was expected and what
 * came. A schema states the expectation in its error message: `z.int({ error: 'an integer' })`. With an empty `name` the
 * path is that within the value; of what a schema calls secret, by `isSecret` in its `meta`, it is not told what came.
 */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, name: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (!issue) throw invalidArgument(name, 'a valid value', value);
  const path = join(name, issue.path);
  if (issue.code === 'unrecognized_keys') throw unknownKey(path, issue.keys[0] as string, keysAt(schema, issue.path));
  if (issue.code === 'invalid_key') {
    const [key, ofKey] = [issue.path.at(-1), issue.issues[0]?.message];
    throw unlike(join(name, issue.path.slice(0, -1)), `an object whose every key is ${ofKey}`, describe(key));
  }
  if (along(schema, issue.path).some(isSecret)) throw unlike(path, issue.message, 'something else, which stays secret');
  const actual = valueAt(value, issue.path);
  const names = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  throw invalidArgument(path, issue.message, actual, typeof actual === 'string' ? didYouMean(actual, names) : '');
}

const join = (name: string, path: readonly PropertyKey[]) =>
  [name, ...path.map(String)].filter((part) => part !== '').join('.');

const isSecret = (schema: z.ZodType) => schema.meta()?.isSecret === true;

function unknownKey(path: string, key: string, known: string[]): KinetorchError {
  const meant = nearest(key, known);
  const advice = meant === null ? `it may have ${known.join(', ')}` : `did you mean ${describe(meant)}?`;
  return new KinetorchError(
    'ERR_INVALID_ARGUMENT',
    path === ''
      ? `expected no option ${describe(key)}, which is unknown; ${advice}`
      : `expected \`${path}\` to be an object without the unknown key ${describe(key)}; ${advice}`,
  );
}

/** The keys of the object that a path leads to. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const last = along(schema, path)[path.length];
  return last instanceof z.ZodObject ? Object.keys(last.shape) : [];
}

/** The schemas along a path, from the whole on, as far as they are known. */
function along(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType[] {
  const [key, ...further] = path;
  const whole = bare(schema);
  const part = key === undefined ? undefined : partOf(whole, key);
  return part === undefined ? [whole] : [whole, ...along(part, further)];
}

function partOf(schema: z.ZodType, key: PropertyKey): z.ZodType | undefined {
  // Of a key such as `constructor` there is something in every object.
  if (schema instanceof z.ZodObject) return Object.hasOwn(schema.shape, key) ? schema.shape[String(key)] : undefined;
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  return schema instanceof z.ZodRecord ? (schema.valueType as z.ZodType) : undefined;
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
