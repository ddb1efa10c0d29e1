import { z } from 'zod';
import { describe } from '../../../base/errors';
import { trueOrFalse, wholeNumber } from '../../../base/schemas';
import { parse } from '../../../base/validation';
import { badRequest } from './badRequest';
import { cutData, type TextRange } from './cutData';
import { parseJson } from './json';

const text = (what: string) => z.string({ error: what });
const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'a text, a number, true or false' });
const size = wholeNumber(0, Number.MAX_SAFE_INTEGER);
const parameters = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .object(shape, { error: 'an object' })
    .catchall(scalar)
    .default({} as never);

const inputSchema = z.object(
  {
    name: text('the name of an input'),
    shape: z.array(wholeNumber(1, Number.MAX_SAFE_INTEGER), { error: 'an array of sizes' }),
    datatype: text("a datatype, such as 'FP32'"),
    parameters: parameters({ binary_data_size: size.optional() }),
    /** The place of its array, see `cutData`. */
    data: z.number().optional(),
  },
  { error: 'an object' },
);

const outputSchema = z.object(
  {
    name: text('the name of an output'),
    parameters: parameters({
      binary_data: trueOrFalse.optional(),
      classification: wholeNumber(1, 1_000_000).optional(),
      top_k: wholeNumber(1, 1_000_000).optional(),
    }),
  },
  { error: 'an object' },
);

const requestSchema = z.object(
  {
    id: text('a text').optional(),
    parameters: parameters({
      binary_data_output: trueOrFalse.optional(),
      priority: wholeNumber(0, 2 ** 32 - 1).optional(),
      /** Microseconds; 0: none. */
      timeout: size.optional(),
    }),
    inputs: z.array(inputSchema, { error: 'an array of inputs' }),
    outputs: z.array(outputSchema, { error: 'an array of outputs' }).optional(),
  },
  { error: 'an object' },
);

/** A request as callers write it, for the OpenAPI document. */
export const inferRequestSchema = requestSchema.extend({
  inputs: z.array(
    inputSchema.extend({ data: z.array(z.any()).optional().describe('flat, or nested as the shape; row-major') }),
  ),
});

/** An input whose values are still bytes or text. */
export interface RawInput {
  name: string;
  datatype: string;
  shape: readonly number[];
  /** Its bytes, where it is binary; else where its array stands in {@link InferRequest.text}. */
  bytes: Buffer | null;
  array: TextRange | null;
}

export type AskedOutput = z.output<typeof outputSchema>;

export interface InferRequest {
  id: string | undefined;
  priority: number;
  timeoutMs: number | undefined;
  /** Of outputs that do not say it themselves. */
  binaryOutput: boolean;
  inputs: RawInput[];
  outputs: AskedOutput[];
  /** The body has nothing but the bytes of an input, and no JSON that names one. */
  isRaw: boolean;
  text: Buffer;
}

/**
 * Reads what stands around the tensors of an infer request.
 *
 * @param headerLength the header `Inference-Header-Content-Length`: bytes of JSON before binary tensors; without it all is
 * JSON, and with 0 the body is the one input
 * @throws KinetorchError `ERR_INVALID_ARGUMENT`
 */
export async function readInferRequest(body: Buffer, headerLength: string | undefined): Promise<InferRequest> {
  const jsonBytes = headerLength === undefined ? body.length : lengthOf(headerLength, body.length);
  if (headerLength !== undefined && jsonBytes === 0) return rawRequest(body);
  const text = body.subarray(0, jsonBytes);
  const { json, arrays } = await cutData(text);
  const { id, parameters, inputs, outputs = [] } = parse(requestSchema, parseJson(json), 'request');
  refuseTwice('inputs', inputs);
  refuseTwice('outputs', outputs);
  const binary = new BinaryTensors(body.subarray(jsonBytes));
  const rawInputs = inputs.map(({ name, datatype, shape, data, parameters: { binary_data_size: bytes } }) => {
    if ((bytes === undefined) === (arrays[data ?? -1] === undefined)) {
      throw badRequest(
        `input '${name}' to have either \`data\` or the parameter \`binary_data_size\` but it has ${data === undefined ? 'neither' : 'both'}`,
      );
    }
    return {
      name,
      datatype,
      shape,
      bytes: bytes === undefined ? null : binary.take(name, bytes),
      // A key that is written with escapes is none that was cut out.
      array: arrays[data ?? -1] ?? null,
    };
  });
  binary.end();
  return {
    id,
    priority: parameters.priority ?? 0,
    timeoutMs: parameters.timeout ? parameters.timeout / 1000 : undefined,
    binaryOutput: parameters.binary_data_output ?? false,
    inputs: rawInputs,
    outputs,
    isRaw: false,
    text,
  };
}

function rawRequest(body: Buffer): InferRequest {
  return {
    id: undefined,
    priority: 0,
    timeoutMs: undefined,
    binaryOutput: true,
    inputs: [{ name: 'video', datatype: 'BYTES', shape: [1], bytes: body, array: null }],
    outputs: [],
    isRaw: true,
    text: body.subarray(0, 0),
  };
}

/** Binary tensors lie one after the other, in the order of the inputs. */
class BinaryTensors {
  private taken = 0;

  constructor(private readonly bytes: Buffer) {}

  take(name: string, size: number): Buffer {
    const left = this.bytes.length - this.taken;
    if (size > left) {
      throw badRequest(`${size} bytes of input '${name}' (binary_data_size) after the JSON but there are ${left}`);
    }
    this.taken += size;
    return this.bytes.subarray(this.taken - size, this.taken);
  }

  end(): void {
    if (this.taken === this.bytes.length) return;
    throw badRequest(
      `${this.taken} bytes of binary tensors after the JSON, as the inputs say, but received ${this.bytes.length}`,
    );
  }
}

function lengthOf(header: string, bodyBytes: number): number {
  const length = /^\d{1,15}$/.test(header) ? Number(header) : Number.NaN;
  if (length <= bodyBytes) return length;
  throw badRequest(
    `Inference-Header-Content-Length to be an integer between 0 and ${bodyBytes}, the bytes of the body, but received ${describe(header)}`,
  );
}

function refuseTwice(kind: string, named: readonly { name: string }[]): void {
  const names = named.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice !== undefined) throw badRequest(`\`${kind}\` of different names but '${twice}' is among them twice`);
}
