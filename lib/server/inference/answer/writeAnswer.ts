import { setImmediate } from 'node:timers/promises';
import type { OutputTensor } from './outputTensor';

/** An answer to an infer request. */
export interface Answer {
  body: Buffer | string;
  /** Bytes of JSON before binary tensors; null where there are none. */
  jsonBytes: number | null;
}

/** What an answer says of itself. */
export interface AnswerHead {
  model_name: string;
  model_version: string;
  id?: string;
}

/** Numbers that become text before others have a turn: about a millisecond. */
const sliceNumbers = 8192;

/** JSON, and after it the tensors that are binary, in the order of the outputs. */
export async function writeAnswer(head: AnswerHead, outputs: readonly OutputTensor[]): Promise<Answer> {
  const written: string[] = [];
  const tensors: Buffer[] = [];
  for (const { name, shape, data, binary } of outputs) {
    const datatype = data instanceof Float32Array ? 'FP32' : 'BYTES';
    const said = JSON.stringify({ name, datatype, shape }).slice(0, -1);
    if (binary) {
      const bytes = bytesOf(data);
      tensors.push(bytes);
      written.push(`${said},"parameters":{"binary_data_size":${bytes.length}}}`);
    } else {
      written.push(`${said},"data":${await textOf(data)}}`);
    }
  }
  const text = `${JSON.stringify(head).slice(0, -1)},"outputs":[${written.join()}]}`;
  // As text it leaves in one piece with the head of the answer.
  if (tensors.length === 0) return { body: text, jsonBytes: null };
  const json = Buffer.from(text);
  return { body: Buffer.concat([json, ...tensors]), jsonBytes: json.length };
}

function bytesOf(data: Float32Array | string[]): Buffer {
  if (data instanceof Float32Array) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  // Each element has its length before it.
  const elements = data.flatMap((text) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat(elements);
}

async function textOf(data: Float32Array | string[]): Promise<string> {
  if (!(data instanceof Float32Array)) return JSON.stringify(data);
  const parts: string[] = [];
  for (let start = 0; start < data.length; start += sliceNumbers) {
    if (start > 0) await setImmediate();
    parts.push(Array.from(data.subarray(start, start + sliceNumbers)).join());
  }
  return `[${parts.join()}]`;
}
