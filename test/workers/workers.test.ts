import { onCpu } from '../support/models';
import { classifyInWorkers } from '../support/workers';
import { runProgram } from './runProgram';

jest.setTimeout(180_000);

test('several worker threads load and classify at the same time and agree with the main thread', async () => {
  const { expected, results } = await classifyInWorkers(onCpu);
  for (const ofOne of results) {
    expect(ofOne).toHaveLength(10);
    for (const logits of ofOne) {
      for (const [index, value] of logits.entries()) expect(value).toBeCloseTo(expected[index] as number, 5);
    }
  }
});

test.each([
  ['model', 10],
  ['trainer', 4],
])('worker.terminate() with a %s at work, %i times, and process.exit() over a worker', async (what, times) => {
  const ended = await runProgram('terminate', [what, String(times)]);
  expect(ended).toEqual({ code: 7, signal: null, stdout: 'terminated\n', stderr: '' });
});
