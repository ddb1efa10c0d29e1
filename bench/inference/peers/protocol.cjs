/**
 * What a peer on Node answers on its standard input: `run N`, `peak` and the first line are those of protocol.py, and
 *
 *     saturate N    {"clipsPerSecond": ..., "delay": {"p50": ..., "p99": ..., "max": ...}}, milliseconds, over N batches
 *                   with more calls always waiting
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { monitorEventLoopDelay, performance } = require('node:perf_hooks');
const { createInterface } = require('node:readline');

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

/** The task's clips, each T×H×W×3. */
function readClips({ folder, frames, height, width, batch }) {
  const bytes = readFileSync(join(folder, 'clips.u8'));
  const size = frames * height * width * 3;
  return Array.from({ length: batch }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
}

/**
 * @param {object} engine
 * @param {string} engine.version
 * @param {() => Promise<number[][]>} engine.logits - of the task's clips
 * @param {() => Promise<unknown>} engine.run - all clips of the task, once
 * @param {() => Promise<unknown>} engine.call - what a server would call, one request
 * @param {number} engine.clipsPerCall
 * @param {number} engine.batch
 */
async function serve(engine) {
  say({ version: engine.version, logits: await engine.logits() });
  await answer({
    peak,
    run: (count) => times(engine.run, Number(count)),
    saturate: (batches) => saturate(engine, Number(batches)),
  });
}

/** Calls the handler named by each line's first word with the rest of the line, and says what it gives. */
async function answer(handlers) {
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

const peak = () => ({ peakBytes: process.resourceUsage().maxRSS * 1024 });

async function times(run, count) {
  const taken = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await run();
    taken.push(performance.now() - start);
  }
  return { times: taken };
}

/**
 * Two batches are always under way or waiting, or as many calls as `callers` says. The first of these and those after
 * the last counted are not measured.
 */
async function saturate({ call, clipsPerCall, batch, callers = (2 * batch) / clipsPerCall }, batches) {
  const callsPerBatch = batch / clipsPerCall;
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

module.exports = { answer, peak, readClips, saturate, say, serve, times };
