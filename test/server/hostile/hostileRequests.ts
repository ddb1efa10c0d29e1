import { type Draft, goodRequests } from './goodRequests';
import {
  chunkings,
  headers,
  lengths,
  methods,
  packings,
  targetParts,
  transferEncodings,
  versions,
  wholeTargets,
} from './hostileParts';
import { mutateBytes } from './mutateBytes';
import { mutateJson } from './mutateJson';
import type { Random } from './random';
import type { Sent } from './rawExchange';

/** Requests for one connection, and what is known of them. */
export interface HostileRequest extends Sent {
  /** Enough to find it again. */
  name: string;
  /** Of one whose head is sound: its path, and the body that it says it has. */
  sound: { path: string; json: Buffer; tail: Buffer } | null;
}

/** A request whose head may be at odds with its body. */
interface Written extends Draft {
  json: Buffer;
  /** The head's own words on how long the body is; null: those that are true. */
  framing: [name: string, value: string][] | null;
  /** The body as it is sent. */
  encode: (body: Buffer) => Buffer;
  isSound: boolean;
}

/** What can be wrong with a request; the more often one stands here, the more often it is chosen. */
const mutations = [
  ...[mutateDocument, mutateDocument, mutateDocument, mutateDocument, mutateBody, mutateBody, mutateTarget],
  ...[mutateMethod, mutateVersion, mutateHeaders, mutateHeaders, mutateLength, mutateChunks, mutatePacking],
];

function mutateDocument(written: Written, random: Random): void {
  if (written.document === null) {
    mutateBody(written, random);
    return;
  }
  written.json = mutateJson(written.document, random);
  // As a client would have it: else nearly all would be refused for the length alone.
  for (const header of written.headers) {
    if (header[0] === 'Inference-Header-Content-Length') header[1] = String(written.json.length);
  }
}

function mutateBody(written: Written, random: Random): void {
  if (written.body.length > 0) written.body = mutateBytes(written.body, random);
  else written.json = mutateBytes(written.json, random);
}

function mutateTarget(written: Written, random: Random): void {
  const { target } = written;
  const at = random.below(target.length + 1);
  if (random.once(6)) written.target = random.pick(wholeTargets);
  else if (random.once(4)) written.target = mutateBytes(Buffer.from(target), random).toString('latin1');
  else if (random.once(2)) written.target = target + random.pick(targetParts);
  else written.target = target.slice(0, at) + random.pick(targetParts) + target.slice(at);
  written.isSound = false;
}

function mutateMethod(written: Written, random: Random): void {
  written.method = random.pick(methods);
  written.isSound = false;
}

function mutateVersion(written: Written, random: Random): void {
  written.version = random.pick(versions);
  written.isSound = false;
}

function mutateHeaders(written: Written, random: Random): void {
  const { headers: own } = written;
  if (random.once(6) && own.length > 0) own.push(random.pick(own));
  else if (random.once(8)) own.push(...Array.from({ length: 300 }, (_, i): [string, string] => [`X-${i}`, 'x']));
  else own.push([...random.pick(headers)]);
  written.isSound = false;
}

function mutateLength(written: Written, random: Random): void {
  written.framing = [['Content-Length', random.pick(lengths)]];
  written.isSound = false;
}

function mutateChunks(written: Written, random: Random): void {
  written.framing = [['Transfer-Encoding', random.once(3) ? random.pick(transferEncodings) : 'chunked']];
  written.encode = random.pick(chunkings);
  written.isSound = false;
}

function mutatePacking(written: Written, random: Random): void {
  const [encoding, pack] = random.pick(packings);
  written.headers.push(['Content-Encoding', encoding]);
  written.body = pack(Buffer.concat([written.json, written.body]));
  written.json = Buffer.alloc(0);
  written.isSound = false;
}

/** So many requests to a server that knows the models `tiny` and `spare`; the same seed makes the same. */
export function* hostileRequests(count: number, video: Buffer, random: Random): Generator<HostileRequest> {
  const good = goodRequests(video);
  for (let i = 0; i < count; i++) {
    const written = hostile(random.pick(good), random);
    const more = random.once(12) ? [hostile(random.pick(good), random), sound(random.pick(good))] : [];
    const all = [written.request, ...more.map(({ request }) => request)];
    const bytes = Buffer.concat(all.map(bytesOf));
    const sent = delivery(bytes, random);
    // Whoever closes his side has hung up, as far as Node.js can tell.
    const isWhole = sent.end === 'open' && sent.pieces.reduce((sum, { length }) => sum + length, 0) === bytes.length;
    const isSound = isWhole && more.length === 0 && written.request.isSound;
    const { target, json, body } = written.request;
    yield {
      name: `${i}: ${all.map(({ method, target }) => `${method} ${target.slice(0, 60)}`).join(' + ')} (${written.faults.join(', ')})`,
      methods: all.map(({ method }) => method),
      ...sent,
      sound: isSound ? { path: target.split('?', 1)[0] as string, json, tail: body } : null,
    };
  }
}

function sound(draft: Draft): { request: Written; faults: string[] } {
  const json = Buffer.from(draft.document === null ? '' : JSON.stringify(draft.document));
  const own = draft.headers.map(([name, value]): [string, string] => [name, value]);
  return {
    request: { ...draft, headers: own, json, framing: null, encode: (body) => body, isSound: true },
    faults: [],
  };
}

function hostile(draft: Draft, random: Random): { request: Written; faults: string[] } {
  const { request } = sound(draft);
  const faults: string[] = [];
  for (let n = random.once(3) ? 2 : 1; n > 0; n--) {
    const mutate = random.pick(mutations);
    mutate(request, random);
    faults.push(mutate.name);
  }
  return { request, faults };
}

function bytesOf({ method, target, version, headers: own, framing, encode, json, body }: Written): Buffer {
  const content = encode(Buffer.concat([json, body]));
  const says = framing ?? (content.length > 0 || method === 'POST' ? [['Content-Length', String(content.length)]] : []);
  const lines = [...(own.some(([name]) => name === 'Host') ? [] : [['Host', 'localhost']]), ...own, ...says];
  const head = `${method} ${target} ${version}\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), content]);
}

/** Nearly always at once; else in parts, or not to its end. */
function delivery(bytes: Buffer, random: Random): Pick<Sent, 'pieces' | 'pauseMs' | 'end'> {
  const whole = { pieces: [bytes], pauseMs: 0, end: 'open' } as const;
  switch (random.below(20)) {
    case 0: {
      const cuts = Array.from({ length: 5 }, () => random.below(bytes.length)).sort((a, b) => a - b);
      return { ...whole, pieces: [0, ...cuts].map((at, i) => bytes.subarray(at, cuts[i])), pauseMs: 20 };
    }
    case 1:
      return { ...whole, end: 'half' };
    case 2:
      return { ...whole, pieces: [bytes.subarray(0, random.below(bytes.length))], end: random.pick(['half', 'open']) };
    case 3:
      return { ...whole, pieces: [bytes.subarray(0, random.below(bytes.length))], end: 'cut' };
    case 4:
      return { ...whole, end: 'cut' };
    default:
      return whole;
  }
}
