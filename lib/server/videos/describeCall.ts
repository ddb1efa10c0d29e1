import { z } from 'zod';
import { json, type Operation, schemaOf } from '../http/openApi';

const errorSchema = schemaOf(z.object({ error: z.object({ code: z.string(), message: z.string() }) }));

const failures = {
  400: 'What the request says is not what is expected.',
  403: 'A URL that is not fetched here.',
  404: 'No such model.',
  408: 'The body did not come in time.',
  413: 'A video, or an answer in one document, that is too large.',
  415: 'A form without its boundary, or a body that is packed.',
  422: 'A video that cannot be read, or a URL whose host refuses it.',
  502: 'The host of a URL failed.',
  503: 'Not loaded, or as many videos in work as there may be; try again.',
  504: 'The host of a URL took too long.',
} as const;

const binary = { schema: { type: 'string', format: 'binary' } };
const events = { schema: { type: 'string' } };

/** What the OpenAPI document says of a call on a video with these options. */
export function describeCall(summary: string, table: z.ZodRawShape): Operation {
  const parameters = Object.entries({ model: z.string().optional(), ...table }).map(([name, schema]) => ({
    name,
    in: 'query',
    required: !(schema as z.ZodType).safeParse(undefined).success,
    schema: schemaOf(schema as z.ZodType, 'input'),
  }));
  const file = { type: 'object', properties: { file: binary.schema }, required: ['file'], additionalProperties: true };
  const url = {
    type: 'object',
    properties: { url: { type: 'string' } },
    required: ['url'],
    additionalProperties: true,
  };
  const answer = json('What was found; by the Accept header also as it is found.', { type: 'object' });
  return {
    summary,
    description: 'Options stand in the query, or beside the file or the URL in the body.',
    tags: ['videos'],
    parameters,
    requestBody: {
      required: true,
      content: {
        'application/octet-stream': binary,
        'multipart/form-data': { schema: file },
        'application/json': { schema: url },
      },
    },
    responses: {
      200: { ...answer, content: { ...answer.content, 'application/x-ndjson': events, 'text/event-stream': events } },
      ...Object.fromEntries(Object.entries(failures).map(([status, meaning]) => [status, json(meaning, errorSchema)])),
    },
  };
}
