import { root } from '../../support/runCli';
import type { HostileRequest } from './hostileRequests';
import type { RawAnswer, Received } from './rawExchange';

/** Of docs/serving.md: all but 500, and what a proxy would say. */
const documented = [200, 400, 401, 403, 404, 405, 408, 413, 415, 417, 422, 429, 431, 501, 502, 503, 504];

/** What is wrong with the answers to a hostile request: nothing, if each is as the documents say. */
export function judgeAnswers(request: HostileRequest, { answers, rest, endedBy }: Received): string[] {
  if (request.end === 'cut') return [];
  const faults = answers.flatMap((answer, i) =>
    judgeAnswer(answer, request.methods[i] === 'HEAD', request.sound?.path),
  );
  if (endedBy === 'nobody') faults.push('lost: neither an answer nor the end of the connection came');
  // What cannot be read is answered without regard to its method.
  const isBody = request.methods.includes('HEAD') && rest[0] === 0x7b;
  if (rest.length > 0 && !isBody) faults.push(`half an answer: ${rest.toString('latin1').slice(0, 200)}`);
  // Of a request to become a tunnel Node.js makes none.
  if (answers.length === 0 && request.end === 'open' && !request.methods.includes('CONNECT')) faults.push('no answer');
  if (request.sound !== null && answers.length !== 1) faults.push(`${answers.length} answers to one sound request`);
  return faults;
}

function judgeAnswer({ status, headers, body }: RawAnswer, isHead: boolean, path: string | undefined): string[] {
  const text = body.toString('latin1');
  const faults: string[] = [];
  if (!documented.includes(status)) faults.push(`status ${status}: ${text.slice(0, 200)}`);
  // Of this machine, or of the program, an answer says nothing.
  if (text.includes(root) || /\/tmp\/|node_modules|\n\s+at /.test(text))
    faults.push(`it tells of the machine: ${text.slice(0, 300)}`);
  if ((status === 503 || status === 429) && headers['retry-after'] === undefined && !/"(live|ready)"/.test(text)) {
    faults.push(`${status} without Retry-After`);
  }
  if (status === 405 && headers.allow === undefined) faults.push('405 without Allow');
  if (isHead) return faults;
  const isJson = headers['content-type']?.startsWith('application/json') && headers['content-encoding'] === undefined;
  if (status < 400) return isJson && !isJsonText(text) ? [...faults, `no JSON: ${text.slice(0, 200)}`] : faults;
  // Of a head that comes too slowly the path is not known.
  if (!isJson || !isError(text, status === 408 ? undefined : path))
    faults.push(`status ${status} is told otherwise than documented: ${text.slice(0, 200)}`);
  return faults;
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * `{"error": "…"}` under /v2, elsewhere `{"error": {"code", "message"}}`; where the path may not be known either. Of readiness
 * it is the document that says so.
 */
function isError(text: string, path: string | undefined): boolean {
  if (!isJsonText(text)) return false;
  const { error, ...others } = JSON.parse(text);
  if (others.ready === false) return error === undefined;
  const isText = typeof error === 'string' && error !== '';
  const isCoded = [error?.code, error?.message].every((part) => typeof part === 'string' && part !== '');
  const isForm = path === undefined ? isText || isCoded : path.startsWith('/v2') ? isText : isCoded;
  return isForm && Object.keys(others).length === 0;
}
