import { gunzipSync } from 'node:zlib';
import type { VideoModel } from '../../../lib/model/videoModel';
import type { HostileRequest } from './hostileRequests';
import type { RawAnswer } from './rawExchange';

/**
 * Whether what was answered to an infer request is what the model gives, computed here from the request as `JSON.parse` reads
 * it. Gives what is wrong.
 */
export async function compareWithModel(
  model: VideoModel,
  { sound }: HostileRequest,
  { status, headers, body }: RawAnswer,
): Promise<string[]> {
  if (sound === null || status !== 200 || !/^\/v2\/models\/tiny\/(versions\/1\/)?infer$/.test(sound.path)) return [];
  if (sound.json.length === 0) return [];
  const { request, problem } = read(sound.json);
  if (problem !== null) return [`taken though it is no JSON: ${problem}`];
  const [input] = request.inputs;
  if (input.name !== 'frames') return [];
  const bytes = input.data === undefined ? sound.tail : Uint8Array.from(checked(input.data.flat(Infinity)));
  const [frames, height, width] = input.shape.slice(-4);
  const size = frames * height * width * 3;
  const clips = input.shape.length === 5 ? input.shape[0] : 1;
  if (bytes.length !== clips * size) return [`taken though ${bytes.length} values are not those of ${input.shape}`];
  const content = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  const jsonBytes = headers['inference-header-content-length'];
  const answer = JSON.parse(content.toString('utf8', 0, jsonBytes === undefined ? undefined : Number(jsonBytes)));
  let at = Number(jsonBytes ?? 0);
  const faults: string[] = [];
  for (const { name, datatype, shape, data, parameters } of answer.outputs) {
    const length = parameters?.binary_data_size ?? 0;
    const part = content.subarray(at, at + length);
    at += length;
    if (datatype !== 'FP32' || (name !== 'logits' && name !== 'probabilities')) continue;
    const given = data ?? Array.from({ length: length / 4 }, (_, i) => part.readFloatLE(4 * i));
    for (let clip = 0; clip < clips; clip++) {
      const one = { data: bytes.subarray(clip * size, (clip + 1) * size), frames, height, width };
      const expected = (await model.run(one, { outputs: [name as 'logits'] }))[name as 'logits'];
      const row = given.slice(clip * shape[1], (clip + 1) * shape[1]);
      if (!expected.every((value, i) => Math.abs(value - row[i]) < 1e-4))
        faults.push(`other ${name} than the model's: ${row}`);
    }
  }
  return faults;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever was sent
function read(json: Buffer): { request: any; problem: string | null } {
  try {
    return { request: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)), problem: null };
  } catch (error) {
    return { request: null, problem: (error as Error).message };
  }
}

/** What is no byte must have been refused. */
function checked(values: unknown[]): number[] {
  const wrong = values.find(
    (value) => !(Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255),
  );
  if (wrong !== undefined) throw new Error(`taken though ${String(wrong)} is no byte`);
  return values as number[];
}
