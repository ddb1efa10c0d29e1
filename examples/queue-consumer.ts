/**
 * A consumer of a job queue: a few videos in flight, so that they share forward passes; a job is acknowledged when it is
 * answered, handed back when it may succeed elsewhere, and set aside when its video is at fault. Stops in order on SIGTERM.
 *
 *   npx tsx examples/queue-consumer.ts
 */
import { join } from 'node:path';
import { KinetorchError, loadModel, models, type VideoModel } from 'kinetorch';

/** What any broker's client gives, under some name. */
interface Job {
  video: string;
  ack(result: unknown): void;
  retryLater(): void;
  setAside(reason: string): void;
}

const inFlight = 4;
const videoIsAtFault = new Set(['ERR_VIDEO_OPEN', 'ERR_VIDEO_NO_STREAM', 'ERR_VIDEO_DECODE', 'ERR_FILE_NOT_FOUND']);

async function consume(jobs: AsyncIterable<Job>, model: VideoModel, signal: AbortSignal): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const job of jobs) {
    const done: Promise<void> = answer(job, model, signal).finally(() => running.delete(done));
    running.add(done);
    if (running.size >= inFlight) await Promise.race(running);
    if (signal.aborted) break;
  }
  await Promise.all(running);
}

async function answer(job: Job, model: VideoModel, signal: AbortSignal): Promise<void> {
  try {
    const { predictions } = await model.classifyVideo(job.video, { clips: 5, topK: 1, timeoutMs: 60_000, signal });
    job.ack(predictions[0]);
  } catch (error) {
    if (error instanceof KinetorchError && videoIsAtFault.has(error.code)) job.setAside(error.message);
    else job.retryLater();
  }
}

async function main() {
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  await using model = await loadModel(models.cameraMotion);
  await consume(someJobs(), model, stop.signal);
}

/** Stands for the broker. */
async function* someJobs(): AsyncGenerator<Job> {
  const sample = join(__dirname, 'media', 'camera-moves.mp4');
  for (const [id, video] of [sample, sample, __filename, sample].entries()) {
    yield {
      video,
      ack: (result) => console.log(`job ${id}: ${JSON.stringify(result)}`),
      retryLater: () => console.log(`job ${id}: later`),
      setAside: (reason) => console.log(`job ${id}: set aside, ${reason}`),
    };
  }
}

void main();
