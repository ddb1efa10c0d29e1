import { runProgram } from './runProgram';

jest.setTimeout(300_000);

const limitMs = 20;
const attempts = 5;

test(`64 classifications of 16×240×320 hold the event loop up for less than ${limitMs} ms (p99)`, async () => {
  // Other programs on the machine can only lengthen the delay, so the shortest of a few runs is the nearest to ours.
  let p99 = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < attempts && p99 >= limitMs; attempt++) {
    const { code, signal, stdout, stderr } = await runProgram('eventLoop');
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    process.stdout.write(`event loop delay in ms during 64 classifications: ${stdout}`);
    const measured = JSON.parse(stdout) as { p99: number; completed: number };
    expect(measured.completed).toBe(65);
    p99 = Math.min(p99, measured.p99);
  }
  expect(p99).toBeLessThan(limitMs);
});
