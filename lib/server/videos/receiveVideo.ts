import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { closingOnError } from '../../base/closingOnError';
import { invalidArgument, KinetorchError } from '../../base/errors';
import { SpooledVideo } from '../../video/spooledVideo';
import { HttpError } from '../http/statusOf';
import type { FilledServerOptions } from '../options';
import { boundedBody, requireSize, within } from './boundedBody';
import { fetchVideo } from './fetchVideo';
import { type Fields, joinFields } from './readFields';

/** What came with a request. */
export interface ReceivedVideo {
  /** Closed by whoever receives it. */
  video: SpooledVideo;
  fields: Fields;
}

/** How a video is received. */
export interface Receiving {
  signal: AbortSignal;
  /** Is told what is said of a video before it is fetched. */
  onFields(fields: Fields): void;
  /** Is shown each piece of the video as it comes. */
  onChunk(chunk: Uint8Array): void;
}

/** What errors call a video that came without a name. */
const nameless = 'video';
/** Of a form beside its file, and of a JSON document. */
const formLimits = { files: 2, fields: 32, parts: 34, fieldNameSize: 64, fieldSize: 4096, headerPairs: 32 };
const maxJsonBytes = 64 * 1024;

/**
 * The video of a request, in a temporary file, and what is said of it in the query and the body: a body that is the video, a
 * form (`multipart/form-data`) with one file, before or after its fields; or `{"url": …}` as JSON.
 *
 * Throws 413, 408, 415, `ERR_INVALID_ARGUMENT`, those of `fetchVideo`, and those of receiving a video.
 */
export async function receiveVideo(
  request: FastifyRequest,
  options: FilledServerOptions,
  receiving: Receiving,
): Promise<ReceivedVideo> {
  const query = request.query as Fields;
  requirePlain(request);
  if (request.isMultipart()) {
    const { video, fields } = await receiveForm(request, options, receiving);
    return {
      video,
      fields: await closingOnError(
        () => void video[Symbol.asyncDispose](),
        () => joinFields(query, fields),
      ),
    };
  }
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (length === 0 || request.body === undefined) throw invalidArgument('body', 'a video', '');
  if (isJson(request)) {
    const { url, ...fields } = await readJson(request, options);
    const joined = joinFields(query, fields);
    receiving.onFields(joined);
    return { video: await fetchVideo(url, options, receiving.signal, receiving.onChunk), fields: joined };
  }
  return { video: await spool(unbroken(request.raw), nameless, options, receiving), fields: query };
}

/** Whether the whole body is the video, so that all options stand in the query. */
export const isWhole = (request: FastifyRequest): boolean => !request.isMultipart() && !isJson(request);

/** A form may be a little larger than its file. Throws 413 of a body that says that it is too large, before it is read. */
export function requireStatedSize(request: FastifyRequest, { maxVideoBytes }: FilledServerOptions): void {
  const length = Number(request.headers['content-length'] ?? 0);
  const isForm = request.headers['content-type']?.startsWith('multipart/') === true;
  requireSize(isForm ? length - formLimits.parts * 2 * formLimits.fieldSize : length, maxVideoBytes);
}

/** Videos are packed as they are: one that is packed again has come by mistake, or to unpack to much more. */
function requirePlain({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return;
  throw new HttpError(415, `expected a body without Content-Encoding but received ${encoding}`, 'UNSUPPORTED_ENCODING');
}

async function receiveForm(
  request: FastifyRequest,
  options: FilledServerOptions,
  receiving: Receiving,
): Promise<ReceivedVideo> {
  const fields: Record<string, unknown> = {};
  let video: SpooledVideo | null = null;
  const limits = { ...formLimits, fileSize: options.maxVideoBytes + 1 };
  const parts = request.parts({ limits })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value: part } = await within(options.receiveTimeoutMs, parts.next());
      if (done) break;
      if (part.type === 'file') {
        if (video !== null) throw invalidArgument('body', 'a form with one file', `a second, '${part.fieldname}'`);
        video = await spool(partOf(part.file), fileName(part), options, receiving);
      } else {
        if (part.valueTruncated || Object.hasOwn(fields, part.fieldname)) {
          throw invalidArgument(part.fieldname, `given once, in at most ${formLimits.fieldSize} bytes,`, part.value);
        }
        fields[part.fieldname] = part.value;
      }
    }
    if (video === null) throw invalidArgument('body', 'a form with a file', Object.keys(fields));
    return { video, fields };
  } catch (error) {
    await video?.[Symbol.asyncDispose]();
    throw formError(error);
  }
}

/** What the parser of forms says is wrong with one is the caller's fault. */
function formError(error: unknown): unknown {
  const isKnown = error instanceof KinetorchError || error instanceof HttpError;
  if (isKnown || typeof (error as { statusCode?: unknown }).statusCode === 'number') return error;
  const { message } = error as Error;
  return new HttpError(400, `expected a form (multipart/form-data) with one file but ${message}`, 'BAD_FORM');
}

/** A file of a form, which can end within it. */
async function* partOf(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const chunks = unbroken(file);
  try {
    for (;;) {
      const { done, value } = await chunks.next();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw formError(error);
  }
}

const fileName = ({ filename }: MultipartFile) => filename?.slice(0, 200) || nameless;

async function spool(
  body: AsyncIterator<Uint8Array>,
  name: string,
  { maxVideoBytes, receiveTimeoutMs }: FilledServerOptions,
  { signal, onChunk }: Receiving,
): Promise<SpooledVideo> {
  const bounds = { maxBytes: maxVideoBytes, timeoutMs: receiveTimeoutMs, onChunk };
  try {
    const chunks = boundedBody(body, bounds);
    return await SpooledVideo.receive(chunks, name, { signal, maxBytes: Number.POSITIVE_INFINITY });
  } catch (error) {
    const { cause } = error as Error;
    throw cause instanceof HttpError ? cause : error;
  }
}

/** Not as `for await` has it, which would destroy a body that is not read to its end. */
function unbroken(body: AsyncIterable<Uint8Array>): AsyncIterator<Uint8Array> {
  const stream = body as import('node:stream').Readable;
  return stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
}

function isJson(request: FastifyRequest): boolean {
  return /^application\/json\b/i.test(request.headers['content-type'] ?? '');
}

async function readJson(
  request: FastifyRequest,
  { receiveTimeoutMs }: FilledServerOptions,
): Promise<Record<string, unknown>> {
  const chunks: Uint8Array[] = [];
  const bounds = { maxBytes: maxJsonBytes, timeoutMs: receiveTimeoutMs };
  for await (const chunk of boundedBody(unbroken(request.raw), bounds)) chunks.push(chunk);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString());
  } catch (cause) {
    throw invalidArgument('body', 'JSON', (cause as Error).message);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalidArgument('body', 'an object with a url', value);
}
