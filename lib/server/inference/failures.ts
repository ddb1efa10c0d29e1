import { z } from 'zod';
import { json, schemaOf } from '../http/openApi';

const errorSchema = schemaOf(z.object({ error: z.string() }));

const meanings = {
  400: 'What the request says is not what is expected.',
  403: 'Not allowed here.',
  404: 'No such model, or not this version of it.',
  413: 'Too large.',
  415: 'Packed otherwise than by gzip or deflate.',
  422: 'A video that cannot be read.',
  501: 'Not done by this server.',
  503: 'Not loaded, too many waiting, or waited too long; try again.',
} as const;

/** Failures of an operation, for the OpenAPI document. */
export const failures = (...statuses: (keyof typeof meanings)[]) =>
  Object.fromEntries(statuses.map((status) => [status, json(meanings[status], errorSchema)]));
