/**
 * A Fastify route that classifies an uploaded video. One model serves all requests: calls made at the same time share
 * forward passes, and the event loop stays free.
 *
 *   npx tsx examples/fastify-upload.ts
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import multipart from '@fastify/multipart';
import Fastify from 'fastify';
import { KinetorchError, loadModel, models, type VideoModel } from 'kinetorch';

const statusOf: Record<string, number> = { ERR_QUEUE_FULL: 503, ERR_TIMEOUT: 503, ERR_VIDEO_DECODER: 503 };

export async function buildServer(model: VideoModel) {
  const app = Fastify({ logger: false });
  await app.register(multipart, { limits: { fileSize: 200e6, files: 1 } });

  app.post('/classify', async (request, reply) => {
    const upload = await request.file();
    if (upload === undefined) return reply.code(400).send({ error: 'send one file, as multipart/form-data' });
    const tooLarge = () => reply.code(413).send({ error: 'too large' });
    try {
      const { predictions } = await model.classifyVideo(upload.file, { clips: 10, topK: 3, timeoutMs: 30_000 });
      return upload.file.truncated ? tooLarge() : { predictions };
    } catch (error) {
      // Nobody reads the rest of the upload: whoever sends it would wait for ever on a connection that stays.
      reply.header('connection', 'close');
      if (!(error instanceof KinetorchError)) throw error;
      if (upload.file.truncated) return tooLarge();
      return reply.code(statusOf[error.code] ?? 422).send({ error: error.code, message: error.message });
    }
  });

  // close() waits for the requests that are being answered.
  app.addHook('onClose', () => model.dispose());
  return app;
}

async function main() {
  const app = await buildServer(await loadModel(models.cameraMotion));
  const address = await app.listen({ port: 0 });

  const body = new FormData();
  body.append('video', new Blob([readFileSync(join(__dirname, 'media', 'camera-moves.mp4'))]), 'clip.mp4');
  const response = await fetch(`${address}/classify`, { method: 'POST', body });
  console.log(response.status, JSON.stringify(await response.json()));
  await app.close();
}

void main();
