import { totalmem } from 'node:os';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { closingOnError } from '../../base/closingOnError';
import { invalidArgument, KinetorchError } from '../../base/errors';
import { mergeMetadata } from '../mergeMetadata';
import { parseMetadata } from '../metadata';
import { nativeLoadOptions } from '../nativeLoadOptions';
import type { FilledLoadOptions } from '../options';
import type { ModelMetadata } from '../types';
import { VideoModel } from '../videoModel';
import { IsolatedModel, type StartedModel } from './isolatedModel';
import { ModelClient, processError } from './modelClient';
import { loadedSchema, openedSchema } from './replySchemas';

const silenceMs = 300_000;
const maxMetadataBytes = 2 ** 26;

/**
 * Loads a model in a locked process: see Note [Model process].
 *
 * @throws KinetorchError `ERR_MODEL_PROCESS`, `ERR_UNSUPPORTED` (no process can be locked in here), and those of `loadModel`
 */
export async function loadIsolated(from: string | Uint8Array, filled: FilledLoadOptions): Promise<VideoModel> {
  if (filled.device !== 'auto' && filled.device !== 'cpu') {
    throw invalidArgument('options.device', "'auto' or 'cpu', as an isolated model runs on a CPU", filled.device);
  }
  const onCpu = { ...filled, device: 'cpu' } as const;
  const path = typeof from === 'string' ? resolve(from) : null;
  const bytes = typeof from === 'string' ? null : from;
  /** Of the file that was opened first. */
  let fingerprint: string | undefined;
  const begin = async (): Promise<StartedModel & { metadata: ModelMetadata }> => {
    const client = new ModelClient(silenceMs);
    return closingOnError(
      () => client.kill('was not loaded'),
      async () => {
        const file = { path, bytes, sha256: filled.sha256 ?? '' };
        const opened = checked(openedSchema, await client.call('open', file, maxMetadataBytes));
        fingerprint ??= opened.fingerprint;
        if (opened.fingerprint !== fingerprint) throw replaced(path);
        const text = opened.metadata && new TextDecoder().decode(opened.metadata);
        const metadata = mergeMetadata(text === null ? null : parseMetadata(text), filled);
        const options = nativeLoadOptions(onCpu, metadata, '');
        const perFrame = filled.perFrame ? JSON.stringify(metadata) : null;
        const loaded = checked(
          loadedSchema,
          await client.call('load', { options, perFrame, memoryBytes: halfOfMemory() }, 0),
        );
        if (client.stats === null) throw processError('was stopped because it said what it should not');
        return { client, loaded, metadata, stats: client.stats };
      },
    );
  };
  const first = await begin();
  const { metadata, loaded } = first;
  for (const warning of loaded.warnings) process.emitWarning(warning, 'KinetorchWarning');
  const model = new IsolatedModel(first, begin, metadata.labels.length);
  const isFile = typeof from === 'string';
  return new VideoModel(model, metadata, { path: isFile ? from : null, bytes: null, maxVideos: filled.maxVideos });
}

function checked<T>(schema: z.ZodType<T>, said: unknown): T {
  const parsed = schema.safeParse(said);
  if (!parsed.success) throw processError('was stopped because it said what it should not');
  return parsed.data;
}

function replaced(path: string | null): KinetorchError {
  const what = `expected ${path ?? 'the bytes'} to be as they were when the model was loaded but they are others now`;
  return new KinetorchError('ERR_MODEL_FORMAT', what);
}

/** Of what this process may have. */
function halfOfMemory(): number {
  const bound = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.floor(Math.min(totalmem(), bound) / 2);
}
