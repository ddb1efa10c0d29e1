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
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, count] = line.split(' ');
    if (!command) break;
    if (command === 'peak') say({ peakBytes: process.resourceUsage().maxRSS * 1024 });
    if (command === 'run') say({ times: await times(engine.run, Number(count)) });
    if (command === 'saturate') say(await saturate(engine, Number(count)));
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
  return taken;
}

/** Two batches are always under way or waiting. The first two and those after the last counted are not measured. */
async function saturate({ call, clipsPerCall, batch }, batches) {
  const callsPerBatch = batch / clipsPerCall;
  const first = 2 * callsPerBatch;
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
  await Promise.all(Array.from({ length: 2 * callsPerBatch }, caller));
  // Without two ticks in all that time there is nothing in the histogram: the loop never turned.
  const beyond = (nanoseconds) => (delay.count === 0 ? ended - began : Math.max(0, nanoseconds / 1e6 - resolution));
  return {
    clipsPerSecond: (batches * batch * 1000) / (ended - began),
    delay: { p50: beyond(delay.percentile(50)), p99: beyond(delay.percentile(99)), max: beyond(delay.max) },
  };
}

module.exports = { readClips, serve };
