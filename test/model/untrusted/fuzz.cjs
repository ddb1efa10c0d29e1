// Loads damaged and hostile models of which only the weights are trusted, and prints what came of them. Each must end in an
// error of Kinetorch's or in the very logits of the sound one. In a process of its own, whose end would be seen.
//
//   node test/model/untrusted/fuzz.cjs [flips] [truncations] [seed]

const { createModel, KinetorchError, loadModel } = require('../../../dist/index.js');
const { hostileArchives } = require('./hostileArchives.cjs');

const [flips, truncations, seed] = [100, 20, 1].map((usual, i) => Number(process.argv[2 + i] ?? usual));
let state = seed;
const clip = {
  data: Uint8Array.from({ length: 4 * 40 * 56 * 3 }, () => random(256)),
  frames: 4,
  height: 40,
  width: 56,
};
const outcomes = new Map();
const wrong = [];
let expected;

async function main() {
  const { bytes: made } = await createModel({
    architecture: 'r2plus1d_dw',
    labels: ['walk', 'run', 'jump', 'sit', 'fall', 'wave'],
    input: { frames: 4, height: 32, width: 32, resize: [36, 48] },
    seed: 3,
  });
  const sound = Buffer.from(made);
  expected = await logitsOf(sound);

  for (let i = 0; i < flips; i++) {
    const [place, bit] = [random(sound.length), random(8)];
    const flipped = Buffer.from(sound);
    flipped[place] ^= 1 << bit;
    await expectHarmless(`bit ${bit} of byte ${place} flipped`, flipped);
  }
  for (let i = 0; i < truncations; i++) {
    const size = random(sound.length);
    await expectHarmless(`cut to ${size} bytes`, sound.subarray(0, size));
  }
  for (const [name, [outcome, make]] of Object.entries(hostileArchives)) {
    await expectHarmless(name, make(sound), outcome);
  }
  const { maxRSS } = process.resourceUsage();
  console.log(JSON.stringify({ outcomes: Object.fromEntries(outcomes), wrong, maxRSS: Math.round(maxRSS / 1024) }));
}

/** From 0 to below `limit`, repeatably. */
function random(limit) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}

async function logitsOf(bytes) {
  const options = { trust: 'weights', device: 'cpu', threads: 1, optimize: 'off', tuning: { timeMs: 0, folder: null } };
  const model = await loadModel(bytes, options);
  try {
    return await model.logits(clip);
  } finally {
    await model.dispose();
  }
}

async function expectHarmless(name, bytes, outcome) {
  const came = await attempt(bytes);
  outcomes.set(came, (outcomes.get(came) ?? 0) + 1);
  const isHarmless = came === 'right' || came.startsWith('ERR_');
  const isExpected = outcome === undefined || (outcome === 'right') === (came === 'right');
  if (!isHarmless || !isExpected || came === 'ERR_INTERNAL') wrong.push(`${name}: ${came}`);
}

async function attempt(bytes) {
  try {
    const logits = await logitsOf(bytes);
    return logits.every((value, i) => value === expected[i]) ? 'right' : 'other logits';
  } catch (error) {
    return error instanceof KinetorchError ? error.code : String(error);
  }
}

main();
