import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { pageRoutes } from '../../../lib/server/page/pageRoutes';

export interface FakeSegment {
  startSeconds: number;
  endSeconds: number;
  paddedSeconds: number;
  predictions: { label: string; index: number; score: number }[];
}

/** A server that has the page, and answers as it is told: what the page does is not to hang on what a model sees. */
export class FakeServer {
  labels = ['pan left', 'tilt up', 'static'];
  segments: FakeSegment[] = [];
  /** What the answer waits for after three segments. */
  held: Promise<void> = Promise.resolve();
  /** The last line, where it is not the usual one. */
  last: object | null = null;
  key: string | null = null;
  /** How often the models are still loading when they are asked for. */
  loads = 0;
  /** Whoever went away before the answer was whole. */
  gone = 0;
  readonly asked: { query: Record<string, string>; accept: string | undefined; body: Buffer }[] = [];
  private readonly app: FastifyInstance = fastify({ bodyLimit: 2 ** 28, forceCloseConnections: true });

  async listen(): Promise<string> {
    const { app } = this;
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    await app.register(pageRoutes);
    app.addHook('onRequest', async ({ url, headers }, reply) => {
      if (!url.startsWith('/v1/') || this.key === null || headers.authorization === `Bearer ${this.key}`) return;
      return reply.code(401).send({ error: { code: 'UNAUTHORIZED', message: 'expected a key' } });
    });
    app.get('/v1/models', async () => ({ models: [this.model()] }));
    app.post('/v1/videos::classify', async ({ query, headers, body }, reply) => {
      this.asked.push({ query: query as Record<string, string>, accept: headers.accept, body: body as Buffer });
      if (!isVideo(body as Buffer)) {
        return reply.code(422).send({ error: { code: 'ERR_VIDEO_OPEN', message: 'expected a video file' } });
      }
      reply.hijack();
      await this.answer(reply.raw);
      return undefined;
    });
    app.post('/v1/videos::explain', async ({ query }) => {
      this.asked.push({ query: query as Record<string, string>, accept: undefined, body: Buffer.alloc(0) });
      const map = { height: 2, width: 2, data: [0, 0, 0, 1] };
      return { label: 'tilt up', score: 0.75, map, area: { top: 0.25, left: 0, height: 0.5, width: 1 } };
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`;
  }

  close(): Promise<void> {
    return this.app.close();
  }

  private model() {
    const about = { name: 'moves', version: '1' };
    if (this.loads-- > 0) return { ...about, state: 'LOADING', reason: 'loading' };
    const input = { frames: 12, frameRate: 8, height: 64, width: 80, resize: [64, 80] };
    return { ...about, state: 'READY', task: 'multiclass', labels: this.labels, input, canExplain: true };
  }

  private async answer(raw: import('node:http').ServerResponse): Promise<void> {
    raw.writeHead(200, { 'content-type': 'application/x-ndjson' });
    raw.on('close', () => {
      if (!raw.writableFinished) this.gone++;
    });
    const { held } = this;
    for (const [place, segment] of this.segments.entries()) {
      if (place === 3) await held;
      if (raw.destroyed) return;
      // In two pieces, as a network may bring it.
      const line = Buffer.from(`${JSON.stringify({ segment })}\n`);
      raw.write(line.subarray(0, 20));
      await new Promise((resolve) => setImmediate(resolve));
      raw.write(line.subarray(20));
    }
    const video = { width: 640, height: 480, durationSeconds: 10 * windowSeconds };
    raw.end(JSON.stringify(this.last ?? { video, warnings: [], done: true }));
  }
}

/** MP4 or, from the camera, WebM. */
const isVideo = (body: Buffer) => body.subarray(4, 8).toString() === 'ftyp' || body.readUInt32BE(0) === 0x1a45dfa3;

/** A tenth of the sample video. */
export const windowSeconds = 8 / 3;

/** Ten windows: two of the first label, two of the second, and so on. */
export const segmentsOf = (labels: readonly string[]): FakeSegment[] =>
  Array.from({ length: 10 }, (_, place) => {
    const top = Math.floor(place / 2) % labels.length;
    const others = labels.map((label, index) => ({ label, index, score: 0.2 / (labels.length - 1) }));
    const first = { label: labels[top] as string, index: top, score: 0.8 };
    const predictions = [first, ...others.filter(({ index }) => index !== top)];
    return {
      startSeconds: place * windowSeconds,
      endSeconds: (place + 1) * windowSeconds,
      paddedSeconds: 0,
      predictions,
    };
  });
