import type { z } from 'zod';
import { invalidArgument } from '../../base/errors';
import { optionsSchema } from '../../base/schemas';
import { parse } from '../../base/validation';
import { valueFrom } from '../config/readConfig';

/** Options as a caller gives them: texts of a query or a form, or values of JSON. */
export type Fields = Readonly<Record<string, unknown>>;

/** Both, each option once. Throws `ERR_INVALID_ARGUMENT`. */
export function joinFields(query: Fields, body: Fields): Fields {
  const twice = Object.keys(query).find((name) => Object.hasOwn(body, name));
  if (twice === undefined) return { ...query, ...body };
  throw invalidArgument(twice, 'given once, in the query or in the body,', body[twice]);
}

/** Checks options against their table. Throws `ERR_INVALID_ARGUMENT`, of an unknown one with what may have been meant. */
export function readFields<Table extends z.ZodRawShape>(table: Table, fields: Fields) {
  const values = Object.entries(fields).map(([name, value]) => {
    const schema = Object.hasOwn(table, name) ? (table[name] as z.ZodType) : undefined;
    return [name, typeof value === 'string' && schema !== undefined ? valueFrom(schema, value) : value];
  });
  return parse(optionsSchema(table), Object.fromEntries(values), '');
}
