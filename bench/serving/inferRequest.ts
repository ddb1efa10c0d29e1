import type { Clip } from '../../dist';

/** A request of `POST …/infer` for one clip of bytes: headers and body. The labels, all or the best few, come as JSON. */
export function inferRequest({ data, frames, height, width }: Clip, topK?: number) {
  const bytes = data as Uint8Array;
  const input = {
    name: 'frames',
    shape: [frames, height, width, 3],
    datatype: 'UINT8',
    parameters: { binary_data_size: bytes.length },
  };
  const outputs = [{ name: 'labels', parameters: { binary_data: false, top_k: topK } }];
  const json = Buffer.from(JSON.stringify({ inputs: [input], outputs }));
  return { headers: { 'inference-header-content-length': json.length }, body: Buffer.concat([json, bytes]) };
}
