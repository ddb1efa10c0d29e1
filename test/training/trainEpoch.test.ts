import type { NativeTrainer } from '../../binding';
import type { ClipLoader, LoadedBatch } from '../../lib/dataset/clips/clipLoader';
import { freshState } from '../../lib/training/runState';
import { trainEpoch } from '../../lib/training/trainEpoch';

const batchOf = (consumed: number) => ({ batch: 1, names: [`clip ${consumed}`], consumed }) as LoadedBatch;
const nameOf = (batches: unknown) => (batches as LoadedBatch[]).map(({ consumed }) => consumed).join('+');

/** What happens, in its order, in an epoch of `count` batches whose steps end when all else has. */
async function eventsOf(count: number, accumulate: number, failing = '') {
  const events: string[] = [];
  const loader = {
    async *epoch() {
      try {
        for (let consumed = 1; consumed <= count; consumed++) yield batchOf(consumed);
      } finally {
        events.push('loader closed');
      }
    },
  } as unknown as ClipLoader;
  const trainer = {
    stage: (batches: unknown) => void events.push(`stage ${nameOf(batches)}`),
    step: async (batches: unknown) => {
      events.push(`step ${nameOf(batches)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (nameOf(batches) === failing) throw Object.assign(new Error('no'), { code: 'ERR_TRAINING' });
      events.push(`end ${nameOf(batches)}`);
      return { loss: 1, correct: 1, gradNorm: 1, stepped: true, runMs: 5 };
    },
  } as unknown as NativeTrainer;
  const state = freshState('hash');
  const afterStep = async () => void events.push(`after ${state.consumed}`);
  const task = { trainFigures: () => ({}) };
  const context = { trainer, loader, task, accumulate, learningRate: () => 0.1, onStep: () => {}, afterStep };
  const error = await trainEpoch(state, context).catch((thrown: Error) => thrown);
  return { events, error, state };
}

test('the next batches are staged while a step runs', async () => {
  const { events, state } = await eventsOf(3, 1);
  const first = ['stage 1', 'step 1', 'stage 2', 'end 1', 'after 1'];
  const second = ['step 2', 'stage 3', 'end 2', 'after 2'];
  expect(events).toEqual([...first, ...second, 'step 3', 'loader closed', 'end 3', 'after 3']);
  expect(state).toMatchObject({ step: 3, consumed: 3, trained: true });
});

test('batches too few for a step are left out, unless there is no other', async () => {
  const { events, state } = await eventsOf(5, 2);
  expect(events.filter((event) => event.startsWith('step'))).toEqual(['step 1+2', 'step 3+4']);
  expect(state).toMatchObject({ step: 2, consumed: 4, trained: true });
  expect((await eventsOf(1, 2)).events).toContain('step 1');
});

test('a step that fails ends the loading', async () => {
  const { events, error, state } = await eventsOf(9, 1, '2');
  expect(error).toMatchObject({ code: 'ERR_TRAINING', message: expect.stringContaining('clip 2') });
  expect(events.slice(-2)).toEqual(['stage 3', 'loader closed']);
  expect(state).toMatchObject({ step: 1, consumed: 1, trained: false });
});
