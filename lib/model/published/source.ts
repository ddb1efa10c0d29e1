import type { PublishedWeights } from './publishedWeights';

export interface FetchContext {
  signal?: AbortSignal;
  onMessage: (text: string) => void;
  env: NodeJS.ProcessEnv;
}

/** A file that was fetched, or why it was not; `from` says where it was looked for. */
export type Fetched = { from: string } & ({ path: string } | { problem: string });

/** A way to get a file of weights into a folder. Null where the file is not to be had that way. */
export type WeightSource = (entry: PublishedWeights, folder: string, context: FetchContext) => Promise<Fetched | null>;

/** No file of weights in the table comes near it. */
export const maxWeightBytes = 2 ** 30;
