import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { callSignal } from '../../base/abort';
import { invalidArgument, KinetorchError } from '../../base/errors';
import { systemReason } from '../../base/systemReason';
import { version } from '../../base/version';
import { SpooledVideo } from '../../video/spooledVideo';
import { HttpError } from '../http/statusOf';
import type { FilledServerOptions } from '../options';
import { allowedAddress, type Resolve, resolveByDns } from './allowedHost';
import { boundedBody, requireSize } from './boundedBody';

const maxRedirects = 3;
const redirects = [301, 302, 303, 307, 308];

type FetchOptions = Pick<FilledServerOptions, 'urlHosts' | 'urlTimeoutMs' | 'maxVideoBytes' | 'receiveTimeoutMs'>;

/**
 * Fetches a video from a host that the operator allows, into a temporary file. Each address is resolved once, checked, and
 * connected to by its number; nothing of the caller's request goes along.
 *
 * Throws 403 of what is not allowed, 413, `ERR_INVALID_ARGUMENT`, `ERR_ABORTED`; 422 where its host has no such video for us, and
 * asking again would not help; 502 of all else that goes wrong there, 504 of what takes too long.
 */
export async function fetchVideo(
  text: unknown,
  options: FetchOptions,
  signal: AbortSignal,
  onChunk?: (chunk: Uint8Array) => void,
  resolve: Resolve = resolveByDns,
): Promise<SpooledVideo> {
  const { urlHosts = [], urlTimeoutMs, maxVideoBytes, receiveTimeoutMs } = options;
  if (urlHosts.length === 0)
    throw new HttpError(403, 'expected a video: URLs are not fetched here (urlHosts)', 'URL_REFUSED');
  const call = callSignal({ signal, timeoutMs: urlTimeoutMs });
  let response: IncomingMessage | null = null;
  try {
    let url = parseUrl(text);
    for (let hops = 0; ; hops++) {
      const address = await allowedAddress(url, urlHosts, resolve);
      response = await ask(url, address, call.signal);
      const { statusCode = 0, headers } = response;
      if (!redirects.includes(statusCode) || headers.location === undefined) break;
      if (hops === maxRedirects) throw failed(`at most ${maxRedirects} redirects but there are more`);
      response.destroy();
      url = nextUrl(headers.location, url);
    }
    requireVideo(response);
    requireSize(Number(response.headers['content-length'] ?? 0), maxVideoBytes);
    const chunks = boundedBody(bytesOf(response), {
      maxBytes: maxVideoBytes,
      timeoutMs: receiveTimeoutMs,
      ...(onChunk && { onChunk }),
    });
    const limits = { signal: call.signal, maxBytes: Number.POSITIVE_INFINITY };
    return await SpooledVideo.receive(chunks, url.hostname, limits);
  } catch (error) {
    throw inTime(call.cause(meant(error)), options);
  } finally {
    response?.destroy();
    call.end();
  }
}

function parseUrl(text: unknown): URL {
  if (typeof text === 'string' && text.length <= 8192 && URL.canParse(text)) return new URL(text);
  throw invalidArgument('url', 'a URL of a video', text);
}

function nextUrl(location: string, from: URL): URL {
  if (URL.canParse(location, from.href)) return new URL(location, from);
  throw failed('a redirect to another URL but its host sends to what is none');
}

function ask(url: URL, address: string, signal: AbortSignal): Promise<IncomingMessage> {
  const isSecure = url.protocol === 'https:';
  const lookup: LookupFunction = (_host, { all }, answer) => {
    const family = isIP(address);
    if (all) answer(null, [{ address, family }]);
    else answer(null, address, family);
  };
  const headers = { 'user-agent': `kinetorch/${version()}`, accept: '*/*', 'accept-encoding': 'identity' };
  return new Promise((resolve, reject) => {
    // A connection of its own: one that is kept may be to an address that was meant before.
    const request = (isSecure ? httpsRequest : httpRequest)(url, { lookup, headers, signal, agent: false });
    request.once('response', resolve).once('error', reject).end();
  });
}

/** What breaks off is the host's fault, and not that of the file that it goes to. */
function bytesOf(response: IncomingMessage): AsyncIterator<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]();
  return {
    next: () =>
      chunks.next().catch((error) => {
        throw failed(`the whole video but ${systemReason(error)}`);
      }),
  };
}

function requireVideo({ statusCode, headers }: IncomingMessage): void {
  if (statusCode !== 200) throw failed(`its host to answer 200 but it answers ${statusCode}`, statusOf(statusCode));
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw failed(`the video as it is but its host sends it as ${encoding}`);
}

/** What stands behind an error of receiving or of the network. */
function meant(error: unknown): unknown {
  const { cause } = error as Error;
  if (cause instanceof HttpError) return cause;
  if (error instanceof HttpError || error instanceof KinetorchError) return error;
  return failed(`its host to answer but ${systemReason(error)}`);
}

/** What takes too long, there or on its way. */
function inTime(error: unknown, { urlTimeoutMs, receiveTimeoutMs }: FetchOptions): unknown {
  const late = (message: string) => new HttpError(504, `expected ${message}`, 'URL_TIMEOUT');
  if (error instanceof KinetorchError && error.code === 'ERR_TIMEOUT') {
    return late(`its host to send the video within ${urlTimeoutMs} ms (urlTimeoutMs)`);
  }
  return error instanceof HttpError && error.statusCode === 408
    ? late(`its host to send the next bytes within ${receiveTimeoutMs} ms (receiveTimeoutMs)`)
    : error;
}

/** Of those that blame who asks, only two pass by themselves. */
const statusOf = (answered = 0) => (answered >= 400 && answered < 500 && ![408, 429].includes(answered) ? 422 : 502);

const failed = (message: string, status = 502) => new HttpError(status, `expected ${message}`, 'URL_FAILED');
