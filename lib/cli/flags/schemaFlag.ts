import { InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { withoutDefault } from '../../base/schemas';
import { decimal, type Parser, wholeNumber } from './parsers';

/** A flag that sets an option. Its choices, its check, its default and what `--help` says of it are the schema's. */
export function schemaFlag(flags: string, schema: z.ZodType, parser = parserOf(schema)): Option {
  const text = schema.description ?? '';
  const option = new Option(flags, text.replace('{default}', String(defaultOf(schema))));
  const value = withoutDefault(schema);
  if (value instanceof z.ZodEnum) return option.choices(value.options.map(String));
  return parser ? option.argParser(parser) : option;
}

/** The same with the option's default, of which `--help` tells, as the flag's own. */
export function filledFlag(flags: string, schema: z.ZodType): Option {
  return schemaFlag(flags, schema).default(defaultOf(schema));
}

/** Checks a text by its option's schema. Of numbers only the lower end: the upper one is the library's to refuse. */
function parserOf(schema: z.ZodType): Parser | undefined {
  const value = withoutDefault(schema);
  if (value instanceof z.ZodNumber) {
    const min = value.minValue ?? 0;
    if (value instanceof z.ZodNumberFormat) return wholeNumber(min);
    return min > 0 ? decimal(0, { above: true }) : decimal(min);
  }
  const { pattern } = value.meta() ?? {};
  if (!(value instanceof z.ZodLiteral || pattern instanceof RegExp)) return undefined;
  return (text) => {
    const parsed = value.safeParse(pattern ? text : Number(text));
    if (parsed.success && (!(pattern instanceof RegExp) || pattern.test(text))) return parsed.data;
    throw new InvalidArgumentError(`Expected ${expectationOf(value)}.`);
  };
}

/** What the schema's error says it expects, as a shell has it: without quotes. */
function expectationOf(schema: z.ZodType): string {
  return (schema.safeParse(undefined).error?.issues[0]?.message ?? '').replaceAll("'", '');
}

function defaultOf(schema: z.ZodType): unknown {
  return schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined;
}
