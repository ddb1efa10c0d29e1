import { z } from 'zod';
import {
  nonEmptyText,
  type OptionsOf,
  oneOf,
  optionsSchema,
  realNumber,
  trueOrFalse,
  wholeNumber,
} from '../base/schemas';
import { modelDeviceSchema, openingOptions, precisionSchema, threadsSchema } from '../model/options';

/*
 * What can be said of a server, once for everybody who can say it: `createServer`'s options, the flags of `kinetorch serve`,
 * variables of the environment and the config file. Numbers of milliseconds and bytes end in `Ms` and `Bytes`.
 */

const mebibyte = 2 ** 20;
const milliseconds = (min = 0) => realNumber(min, 2 ** 31 - 1);
const bytes = wholeNumber(0, Number.MAX_SAFE_INTEGER);
/** Names are parts of addresses, as Triton takes them. */
export const modelName = z
  .string({ error: 'a name of letters, digits, and _ . -' })
  .regex(/^[\w][\w.-]{0,127}$/, { error: 'a name of letters, digits, and _ . -' });

const servedModelOptions = {
  /** A `.pt` file, or the `.json` of an ensemble. */
  path: nonEmptyText('the path of a model file'),
  /** Whole number, as text. Default: that of its folder, else '1'. */
  version: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, { error: "a version such as '1'" })
    .optional(),
  /** What the file's SHA-256 has to be; another is refused. */
  sha256: openingOptions.sha256,
};

/** One model of a server. */
export interface ServedModelOptions extends OptionsOf<typeof servedModelOptions> {}

const servedModelSchema: z.ZodType<
  z.output<z.ZodObject<typeof servedModelOptions>>,
  ServedModelOptions
> = optionsSchema(servedModelOptions);

export const serverOptions = {
  /** Names and files. Default: the camera-motion model that ships, as `camera-motion`. */
  models: z
    .record(
      modelName,
      z.union([nonEmptyText('the path of a model file'), servedModelSchema], {
        error: 'the path of a model file, or an object of path, version and sha256',
      }),
      { error: 'an object of names and model files' },
    )
    .optional(),
  /** A folder of `<name>.pt`, `<name>.json` (ensembles) and `<name>/<version>/model.pt`, of which the latest version is served. */
  modelFolder: nonEmptyText('the path of a folder')
    .optional()
    .describe('serve what is in a folder: name.pt, name/1/model.pt'),
  /**
   * Of model files only the weights are trusted: their networks are built here, and nothing of a file runs, as
   * `loadModel` has it with `trust: 'weights'`. Default false.
   */
  untrusted: trueOrFalse.default(false).describe('run no code of model files: read their weights alone'),
  /**
   * Code of model files runs in a locked process for each, as `loadModel` has it with `isolate: true`; with `untrusted`
   * that of networks which cannot be built here. Default false.
   */
  isolate: trueOrFalse.default(false).describe('run code of model files in locked processes (Linux)'),
  /** Loading and unloading by `POST /v2/repository/models/…`. Default false. */
  modelControl: trueOrFalse.default(false).describe('let callers load and unload models of the folder'),
  /** Default `127.0.0.1`; other than loopback asks for a key or `noAuth`. */
  host: nonEmptyText('an address to listen on')
    .default('127.0.0.1')
    .describe('address to listen on (default: {default})'),
  /** 0: any that is free. Default 8000. */
  port: wholeNumber(0, 65_535).default(8000).describe('port to listen on; 0: any that is free (default: {default})'),
  /** Bearer keys, any of which lets a caller in. */
  apiKeys: z
    .array(nonEmptyText('a key').min(16, { error: 'a key of 16 characters or more' }), { error: 'a list of keys' })
    .meta({ isSecret: true })
    .optional(),
  /** A file of keys, one a line, read again when it changes. */
  apiKeysFile: nonEmptyText('the path of a file')
    .optional()
    .describe('bearer keys, one a line, read again when it changes'),
  /** Callers need no key though the server listens beyond this machine. Default false. */
  noAuth: trueOrFalse.default(false).describe('no key is asked for, also beyond this machine'),

  /** Of all models. Default `auto`. */
  device: modelDeviceSchema,
  /** Of all models. Default `auto`. */
  precision: precisionSchema,
  /** CPU threads of each model. Default: all cores that this process may use. */
  threads: threadsSchema,
  /** Clips in one forward pass, 1 to 1024. Default 8. */
  maxBatchSize: wholeNumber(1, 1024).default(8).describe('clips in one forward pass (default: {default})'),
  /** Clips of a model that may wait, 1 to 100,000; one more is answered 503. Default 256. */
  maxQueue: wholeNumber(1, 100_000)
    .default(256)
    .describe('clips of a model that may wait; one more is answered 503 (default: {default})'),
  /** How long a clip may wait, in milliseconds; then it is answered 503. Default 30,000. */
  queueTimeoutMs: milliseconds()
    .default(30_000)
    .describe('how long a clip may wait before it is answered 503 (default: {default})'),
  /** Videos in work at once, of all models, 1 to 100,000; one more is answered 503. Default 16. */
  maxVideos: wholeNumber(1, 100_000)
    .default(16)
    .describe('videos in work at once; one more is answered 503 (default: {default})'),

  /** Of the body of any request but videos, also unpacked, and of what is told of a video in one document. Default 64 MiB. */
  maxBodyBytes: bytes
    .default(64 * mebibyte)
    .describe('largest body of a request, also unpacked, and document of a video (default: {default})'),
  /**
   * Of all bodies together that are in memory at once; where there is no room for one more it is answered 503. One alone
   * always has room. Default 1 GiB.
   */
  maxPendingBytes: bytes
    .default(1024 * mebibyte)
    .describe('bodies in memory at once; one more is answered 503 (default: {default})'),
  /** Open at once, 1 to 1,000,000; one more is closed at once. Default 4096. */
  maxConnections: wholeNumber(1, 1_000_000).default(4096).describe('connections open at once (default: {default})'),
  /** Of one video. Default 4 GiB. */
  maxVideoBytes: bytes.default(4096 * mebibyte).describe('largest video (default: {default})'),
  /**
   * Hosts of which videos are fetched for callers: `example.com`, `example.com:8443`, `*.example.com` for all below it. Names
   * that lead to private addresses are refused; an address with its port, such as `10.0.0.5:9000`, is taken as it is written.
   * Default: none.
   */
  urlHosts: z
    .array(nonEmptyText('a host, or an address and its port'), { error: 'a list of hosts' })
    .optional()
    .describe('hosts of which videos are fetched for callers'),
  /** Until a video is fetched whole, in milliseconds. Default 300,000. */
  urlTimeoutMs: milliseconds(1).default(300_000).describe('how long fetching a video may take (default: {default})'),
  /**
   * Streams (rtsp, http, https) and cameras (/dev/video0) that callers may watch at `/v1/streams/<name>`, by names; they do not
   * learn the addresses, which may have passwords. Default: none.
   */
  streams: z
    .record(modelName, nonEmptyText('the address of a stream, or the path of a camera'), {
      error: 'an object of names and addresses',
    })
    .meta({ isSecret: true })
    .optional(),
  /** Until a whole request has come, in milliseconds; of a video, until its next bytes. Default 60,000. */
  receiveTimeoutMs: milliseconds(1)
    .default(60_000)
    .describe('how long a request, or the next bytes of a video, may take to come (default: {default})'),
  /** Until a caller takes more of its answer, in milliseconds; then its connection is closed. Default 60,000. */
  sendTimeoutMs: milliseconds(1)
    .default(60_000)
    .describe('how long a caller may take nothing of its answer (default: {default})'),
  /** Requests a second of one caller, by key, else by address; more are answered 429. Default: any number. */
  maxRate: wholeNumber(1, 1_000_000).optional().describe('requests a second of one caller; more are answered 429'),

  /** After SIGTERM, how long new work is still taken while the server says it is not ready, in milliseconds. Default 5000. */
  graceMs: milliseconds()
    .default(5000)
    .describe('after SIGTERM, how long work is still taken while not ready (default: {default})'),
  /** How long accepted work may then take to end, in milliseconds. Default 30,000. */
  drainMs: milliseconds().default(30_000).describe('how long accepted work may then take (default: {default})'),

  /** Answers kept for those who ask the same again, in bytes, about. Default 0: none. */
  cacheBytes: bytes
    .default(0)
    .describe('bytes of answers that are kept for those who ask the same again (default: {default})'),
  /** Whoever reads `/metrics` needs no key. Default false. */
  openMetrics: trueOrFalse.default(false).describe('no key is asked for /metrics'),
  /** The page at `/`. Default true. */
  page: trueOrFalse.default(true),
  /** Lines on standard output, one JSON object a request. Default `info`. */
  logLevel: oneOf(['silent', 'error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('of the log (default: {default})'),
};

/** What {@link createServer} takes. */
export interface ServerOptions extends OptionsOf<typeof serverOptions> {}

/** The same, filled in. */
export type FilledServerOptions = z.output<z.ZodObject<typeof serverOptions>>;
