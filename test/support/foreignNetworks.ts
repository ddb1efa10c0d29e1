import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { LoadModelOptions } from '../../lib/model/options';
import { onCpu } from './models';
import { referenceClips } from './referenceClips';

interface ForeignNetwork {
  group: string;
  bytes: Uint8Array;
  /** What PyTorch gives for each clip alone; null where it fails. */
  logits: number[][];
}

const stored = JSON.parse(gunzipSync(readFileSync(join(__dirname, '../fixtures/foreign_networks.json.gz'))).toString());

/** TorchScript networks that scripts/fixtures/foreign_networks.py made, by their names. */
export const foreignNetworks: Map<string, ForeignNetwork> = new Map(
  Object.entries(stored.networks as Record<string, { group: string; file: string; logits: number[][] }>).map(
    ([name, { group, file, logits }]) => [name, { group, bytes: Buffer.from(file, 'hex'), logits }],
  ),
);

/** Names of the networks of a group. */
export const foreignNames = (group: string) =>
  [...foreignNetworks].filter(([, network]) => network.group === group).map(([name]) => name);

export function foreignNetwork(name: string): ForeignNetwork {
  const network = foreignNetworks.get(name);
  if (!network) throw new Error(`no network ${name}`);
  return network;
}

/** The clips that the logits are of. */
export const { clips: foreignClips, input: foreignInput } = referenceClips(stored.clipShape);

/** What they are loaded with. */
export const foreignOptions: LoadModelOptions = {
  labels: ['a', 'b', 'c', 'd'],
  input: foreignInput,
  tuning: { timeMs: 0, folder: null },
  ...onCpu,
};

/** Files that are no TorchScript, by what they are. */
export const otherFiles: Map<string, Uint8Array> = new Map(
  Object.entries(stored.others as Record<string, string>).map(([what, file]) => [what, Buffer.from(file, 'hex')]),
);
