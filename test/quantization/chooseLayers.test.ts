import { chooseLayers } from '../../lib/quantization/chooseLayers';

/** Layers 3, 0 and 5 cost most, in that order. */
const costs = [20, 45, 46, 10, 47, 30, 48, 50];

/** What is measured is the sum of what int8 layers lose; how often is counted. */
function lossOf(losses: readonly number[]) {
  const asked: string[] = [];
  const measure = async (int8: Uint8Array) => {
    asked.push(int8.join(''));
    return losses.reduce((sum, loss, layer) => sum + loss * (int8[layer] as number), 0);
  };
  return { asked, measure };
}

test('all layers are int8 where that holds, which is measured once', async () => {
  const { asked, measure } = lossOf(costs.map(() => 0));
  const choice = await chooseLayers(costs, measure, (loss) => loss <= 0);
  expect(choice).toEqual({ int8: Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1), measured: 0 });
  expect(asked).toEqual(['11111111']);
});

test.each([
  ['one', [0, 0, 0, 1, 0, 0, 0, 0], '11101111'],
  ['two', [1, 0, 0, 1, 0, 0, 0, 0], '01101111'],
  ['three', [1, 0, 0, 1, 0, 1, 0, 0], '01101011'],
  ['all but one', [1, 1, 1, 1, 1, 1, 1, 0], '00000001'],
])('the fewest layers that it takes stay float32, the costliest first: %s', async (_, losses, expected) => {
  const { asked, measure } = lossOf(losses);
  const choice = await chooseLayers(costs, measure, (loss) => loss <= 0);
  expect(choice?.int8.join('')).toBe(expected);
  expect(choice?.measured).toBe(0);
  expect(asked.length).toBeLessThanOrEqual(4);
});

test('nothing is chosen where no layer can be int8', async () => {
  const { measure } = lossOf(costs.map(() => 1));
  expect(await chooseLayers(costs, measure, (loss) => loss <= 0)).toBeNull();
  expect(await chooseLayers([7], measure, () => false)).toBeNull();
});

test('what is lost may be something', async () => {
  const { measure } = lossOf([2, 0, 0, 5, 0, 1, 0, 0]);
  expect((await chooseLayers(costs, measure, (loss) => loss <= 3))?.int8.join('')).toBe('11101111');
});

test('layers without a cost stay float32', async () => {
  const { asked, measure } = lossOf([0, 0, 0, 1, 0, 0, 0, 0]);
  const some = costs.map((cost, layer) => (layer === 1 || layer === 7 ? null : cost));
  const choice = await chooseLayers(some, measure, (loss) => loss <= 0);
  expect(choice?.int8.join('')).toBe('10101110');
  expect(asked[0]).toBe('10111110');
});
