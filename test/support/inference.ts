import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensemble } from '../../lib/model/ensemble/ensemble';
import { noiseClip, smallArchive } from './models';
import { halvesArchive } from './reconstruction';
import type { Answered } from './server';

/** A folder of models to serve: `tiny`, `back` that gives clips back, `both` that is an ensemble. */
export async function modelsToServe(folder: string): Promise<string> {
  const models = join(folder, 'models');
  const parts = join(folder, 'parts');
  for (const one of [models, parts]) mkdirSync(one);
  await (await smallArchive()).save(join(models, 'tiny.pt'));
  await (await halvesArchive()).save(join(models, 'back.pt'));
  await (await smallArchive({ seed: 5 })).save(join(parts, 'other.pt'));
  await using both = await ensemble([join(models, 'tiny.pt'), join(parts, 'other.pt')], { device: 'cpu', threads: 1 });
  await both.save(join(models, 'both.json'));
  return models;
}

export const clip = noiseClip({ frames: 6, height: 40, width: 56 });
export const clipShape = [clip.frames, clip.height, clip.width, 3];

/** JSON, and after it the bytes of binary tensors, with the header that says where they begin. */
export function binaryRequest(
  request: object,
  ...tensors: Uint8Array[]
): [body: Buffer, headers: { 'Inference-Header-Content-Length': string }] {
  const json = Buffer.from(JSON.stringify(request));
  return [Buffer.concat([json, ...tensors]), { 'Inference-Header-Content-Length': String(json.length) }];
}

/** One binary input. */
export const binaryInput = (name: string, datatype: string, shape: readonly number[], bytes: number) => ({
  name,
  datatype,
  shape,
  parameters: { binary_data_size: bytes },
});

/** The outputs of an answer by their names, binary ones read. */
export function outputsOf({ json, bytes, headers }: Answered): Record<string, { shape: number[]; data: unknown[] }> {
  const length = headers.get('inference-header-content-length');
  const head = length === null ? json : JSON.parse(bytes.toString('utf8', 0, Number(length)));
  let at = Number(length);
  const outputs: [string, { shape: number[]; data: unknown[] }][] = [];
  for (const { name, datatype, shape, data, parameters } of head.outputs) {
    const size = parameters?.binary_data_size ?? 0;
    const part = bytes.subarray(at, at + size);
    outputs.push([name, { shape, data: data ?? (datatype === 'FP32' ? floats(part) : texts(part)) }]);
    at += size;
  }
  if (length !== null) expect(at).toBe(bytes.length);
  return Object.fromEntries(outputs);
}

const floats = (bytes: Buffer) => Array.from({ length: bytes.length / 4 }, (_, place) => bytes.readFloatLE(4 * place));

function texts(bytes: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32LE(at)) {
    found.push(bytes.toString('utf8', at + 4, at + 4 + bytes.readUInt32LE(at)));
  }
  return found;
}
