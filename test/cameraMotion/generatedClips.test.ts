import { seededRandom } from '../../lib/base/seededRandom';
import { generatedClips, unclearShares } from '../../models/cameraMotion/generatedClips';
import { cameraMotionLabels } from '../../models/cameraMotion/labels';
import { planKinds, planMotion } from '../../models/cameraMotion/motionPlan';
import { pyramid } from '../../models/cameraMotion/picture';
import { proceduralScene } from '../../models/cameraMotion/proceduralScene';
import { pick } from '../../models/cameraMotion/random';

const scenes = [1, 2, 3].map((seed) => pyramid(proceduralScene(seed)));
const library = { any: (random: () => number) => pick(random, scenes) };
const clips = generatedClips(library, { length: 30, shares: unclearShares });

function clip(index: number, seed: number) {
  return clips.clip(index, { mode: 'train', epoch: 0, random: seededRandom(seed, index) });
}

test('holds every label equally often, in the order of the model', () => {
  const counts = cameraMotionLabels.map((_, label) =>
    Array.from({ length: clips.length }, (_, i) => clips.labelOf(i)).filter((one) => one === label),
  );
  expect(counts.map((found) => found.length)).toEqual(cameraMotionLabels.map(() => 3));
  expect(clips.labels).toEqual(cameraMotionLabels);
});

test('renders the same clip from the same seed and another from another', async () => {
  const [one, again, other] = await Promise.all([clip(7, 1), clip(7, 1), clip(7, 2)]);
  expect(Buffer.compare(Buffer.from(one.data), Buffer.from(again.data))).toBe(0);
  expect(Buffer.compare(Buffer.from(one.data), Buffer.from(other.data))).not.toBe(0);
});

test.each(cameraMotionLabels)('every kind of plan keeps the label %s', (label) => {
  for (const kind of planKinds) {
    const plan = planMotion(label, kind, seededRandom(5));
    expect(plan).toMatchObject({ label, kind });
    for (const value of Object.values(plan.path(0.7))) expect(Number.isFinite(value)).toBe(true);
  }
});
