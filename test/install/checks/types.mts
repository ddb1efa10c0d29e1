// Compiled, not run: the public types under TypeScript's kinds of resolution.
import { KinetorchError, type LoadModelOptions, loadModel, type Prediction, train } from 'kinetorch';
import { createServer, type ServerOptions, type VideoServer } from 'kinetorch/server';

export async function first(path: string, options: LoadModelOptions): Promise<Prediction | undefined> {
  await using model = await loadModel(path, options);
  const { frames, height, width } = model.input;
  const clip = { data: new Uint8Array(frames * height * width * 3), frames, height, width };
  const { predictions } = await model.classifyClip(clip, { topK: 1, signal: AbortSignal.timeout(1000) });
  return predictions[0];
}

export const codeOf = (error: unknown): string => (error instanceof KinetorchError ? error.code : 'none');

// @ts-expect-error: an architecture's options are checked, so these are types and not `any`.
export const wrong = train({ architecture: 'r2plus1d_18', data: 'clips/', outDir: 'run/', epochs: 'ten' });

export const serve = (options: ServerOptions): Promise<VideoServer> => createServer(options);
