/**
 * What a peer on Node answers on its standard input: the lines of protocol.py, of which one says more here:
 *
 *     saturate N WAITING    {"clipsPerSecond": ..., "delay": {"p50": ..., "p99": ..., "max": ...}}, the delay of the event
 *                           loop in milliseconds, over N batches with the clips of WAITING batches always under way or
 *                           waiting
 */
const { readFileSync } = require('node:fs');
const { monitorEventLoopDelay, performance } = require('node:perf_hooks');
const { createInterface } = require('node:readline');

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

/** At most a batch of the task's clips, each T×H×W×3. */
function readClips({ clips, frames, source: [height, width], batch }) {
  const bytes = readFileSync(clips);
  const size = frames * height * width * 3;
  const count = Math.min(batch, bytes.length / size);
  return Array.from({ length: count }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
}

/**
 * @param {string} version
 * @param {(task: object) => Promise<Engine>} load - frees what an earlier call has loaded
 *
 * @typedef {object} Engine
 * @property {() => Promise<number[][]>} logits - of the task's clips
 * @property {() => Promise<unknown>} run - a whole batch, once
 * @property {() => Promise<unknown>} call - what a server would call, one request
 * @property {number} clipsPerCall
 * @property {number} batch
 */
async function serve(version, load) {
  say({ version });
  let engine;
  const handlers = {
    load: async (task) => {
      engine = await load(JSON.parse(task));
      return { logits: await engine.logits() };
    },
    run: (count) => times(engine.run, Number(count)),
    saturate: (words) => saturate(engine, ...words.split(' ').map(Number)),
    peak: () => ({ peakBytes: process.resourceUsage().maxRSS * 1024 }),
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const [, name, rest] = /^(\S*) ?(.*)$/.exec(line);
    if (!name) break;
    try {
      say(await handlers[name](rest));
    } catch (error) {
      console.error(error);
      say({ error: error.message });
    }
  }
  process.exit();
}

async function times(run, count) {
  const taken = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await run();
    taken.push(performance.now() - start);
  }
  return { times: taken };
}

/** The first calls, as many as wait, and those after the last counted are not measured. */
async function saturate({ call, clipsPerCall, batch }, batches, waiting) {
  const callsPerBatch = batch / clipsPerCall;
  const callers = waiting * callsPerBatch;
  const first = callers;
  const last = first + batches * callsPerBatch;
  // A timer of 1 ms reports the time between two of its ticks: the delay is what exceeds it.
  const resolution = 1;
  const delay = monitorEventLoopDelay({ resolution });
  let done = 0;
  let began = 0;
  let ended = 0;
  const caller = async () => {
    while (done < last) {
      await call();
      done++;
      if (done === first) {
        began = performance.now();
        delay.enable();
      }
      if (done === last) {
        ended = performance.now();
        delay.disable();
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  // Without two ticks in all that time there is nothing in the histogram: the loop never turned.
  const beyond = (nanoseconds) => (delay.count === 0 ? ended - began : Math.max(0, nanoseconds / 1e6 - resolution));
  return {
    clipsPerSecond: (batches * batch * 1000) / (ended - began),
    delay: { p50: beyond(delay.percentile(50)), p99: beyond(delay.percentile(99)), max: beyond(delay.max) },
  };
}

module.exports = { readClips, serve };
