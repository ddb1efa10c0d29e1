import type { Clip, Tensor } from '../../../clip/types';
import type { InputSpec, Signature } from '../signature';
import { badRequest } from './badRequest';
import type { TextRange } from './cutData';
import type { InferRequest, RawInput } from './inferRequest';
import { decode } from './json';
import { readNumbers } from './readNumbers';

/** What a request asks a model to look at. */
export type Input = { kind: 'clips'; clips: (Clip | Tensor)[] } | { kind: 'video'; bytes: Uint8Array };

/** Limits that a server sets. */
export interface InputLimits {
  /** Of a tensor, unpacked. */
  maxBytes: number;
  maxClips: number;
}

/**
 * The one input of a request, as clips or a video. Binary values are not copied, where their place in memory allows it.
 *
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`
 */
export async function readInput(request: InferRequest, signature: Signature, limits: InputLimits): Promise<Input> {
  const [raw, ...others] = request.inputs;
  const names = signature.inputs.map(({ name }) => name);
  if (raw === undefined || others.length > 0) {
    throw badRequest(`one input of ${names.join(', ')} but received ${request.inputs.length}`);
  }
  const spec = signature.inputs.find(({ name }) => name === raw.name);
  if (spec === undefined) throw badRequest(`an input of the model (${names.join(', ')}) but received '${raw.name}'`);
  if (raw.datatype !== spec.datatype) {
    throw badRequest(`datatype ${spec.datatype} of input '${raw.name}' but received ${raw.datatype}`);
  }
  if (spec.name === 'video') return { kind: 'video', bytes: readVideo(raw, request) };
  const clips =
    spec.name === 'frames' ? await readFrames(raw, request, limits) : await readTensor(raw, spec, request, limits);
  return { kind: 'clips', clips };
}

async function readFrames(raw: RawInput, { text }: InferRequest, limits: InputLimits): Promise<Clip[]> {
  const { shape } = raw;
  if ((shape.length !== 4 && shape.length !== 5) || shape.at(-1) !== 3) throw wrongShape(raw, 'T×H×W×3 or N×T×H×W×3');
  const [frames, height, width] = shape.slice(-4) as [number, number, number];
  const clips = countClips(shape.length === 5 ? shape[0] : 1, limits);
  const size = frames * height * width * 3;
  const data = await readValues(raw, text, clips * size, Uint8Array, limits);
  return Array.from({ length: clips }, (_, clip) => ({
    data: data.subarray(clip * size, (clip + 1) * size),
    frames,
    height,
    width,
  }));
}

async function readTensor(
  raw: RawInput,
  spec: InputSpec,
  { text }: InferRequest,
  limits: InputLimits,
): Promise<Tensor[]> {
  const { shape } = raw;
  const clip = spec.shape.slice(1);
  const wanted = spec.shape.slice(-Math.min(shape.length, 4));
  const given = shape.length === 5 ? shape.slice(1) : shape;
  if (shape.length < 3 || shape.length > 5 || given.join() !== wanted.join()) {
    throw wrongShape(raw, `${clip.join('×')}, N×${clip.join('×')} or ${clip.slice(1).join('×')}`);
  }
  const clips = countClips(shape.length === 5 ? shape[0] : 1, limits);
  const size = given.reduce((product, side) => product * side, 1);
  const data = await readValues(raw, text, clips * size, Float32Array, limits);
  return Array.from({ length: clips }, (_, place) => ({
    data: data.subarray(place * size, (place + 1) * size),
    shape: given,
  }));
}

function countClips(clips: number | undefined, { maxClips }: InputLimits): number {
  if (clips !== undefined && clips <= maxClips) return clips;
  throw badRequest(`at most ${maxClips} clips in a request (maxQueue) but received ${clips}`);
}

type Values<Kind> = Kind extends typeof Uint8Array ? Uint8Array : Float32Array;

async function readValues<Kind extends typeof Uint8Array | typeof Float32Array>(
  { name, shape, bytes, array }: RawInput,
  text: Buffer,
  elements: number,
  Kind: Kind,
  { maxBytes }: InputLimits,
): Promise<Values<Kind>> {
  const size = elements * Kind.BYTES_PER_ELEMENT;
  if (size > maxBytes) {
    throw badRequest(
      `at most ${maxBytes} bytes of input '${name}' (maxBodyBytes) but shape [${shape.join(', ')}] has ${size}`,
    );
  }
  if (bytes === null) {
    const { start, end } = array as TextRange;
    // A digit and a comma each: memory is not to be had for a shape alone.
    if (elements > end - start) {
      throw badRequest(`${elements} numbers as data of input '${name}', as its shape says, but received fewer`);
    }
    return readNumbers(text, { start, end }, { name, shape, values: new Kind(elements) as Values<Kind> });
  }
  if (bytes.length !== size) {
    throw badRequest(
      `${size} bytes of input '${name}', as its shape [${shape.join(', ')}] says, but received ${bytes.length}`,
    );
  }
  const isAligned = bytes.byteOffset % Kind.BYTES_PER_ELEMENT === 0;
  const { buffer, byteOffset } = isAligned ? bytes : new Uint8Array(bytes);
  return new Kind(buffer as ArrayBuffer, byteOffset, elements) as Values<Kind>;
}

/** BYTES in JSON are text, so that a video is base64 there. */
function readVideo(raw: RawInput, { text, isRaw }: InferRequest): Uint8Array {
  if (raw.shape.length !== 1 || raw.shape[0] !== 1) throw wrongShape(raw, '[1], one encoded file');
  const video = isRaw ? raw.bytes : raw.bytes === null ? fromBase64(raw, text) : onlyElement(raw.name, raw.bytes);
  if (video === null || video.length === 0)
    throw badRequest(`input '${raw.name}' to be an encoded file but it is empty`);
  return video;
}

/** Each element of BYTES has its length, 32 bits, before it. */
function onlyElement(name: string, bytes: Buffer): Buffer {
  const length = bytes.length < 4 ? -1 : bytes.readUInt32LE(0);
  if (length === bytes.length - 4) return bytes.subarray(4);
  throw badRequest(
    `one element of BYTES in input '${name}', 4 bytes that say its length and that many, but received ` +
      (length < 0 ? `${bytes.length} bytes` : `a length of ${length} and ${bytes.length - 4} bytes`),
  );
}

function fromBase64({ name, array }: RawInput, text: Buffer): Buffer {
  const { start, end } = array as TextRange;
  let list: unknown;
  try {
    list = JSON.parse(decode(text.subarray(start, end)));
  } catch {
    list = null;
  }
  const [encoded] = Array.isArray(list) && list.length === 1 ? list : [];
  if (typeof encoded === 'string' && encoded.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(encoded)) {
    return Buffer.from(encoded, 'base64');
  }
  throw badRequest(`data of input '${name}' in JSON to be one text, the file in base64`);
}

const wrongShape = ({ name, shape }: RawInput, expected: string) =>
  badRequest(`shape of input '${name}' to be ${expected} but received [${shape.join(', ')}]`);
