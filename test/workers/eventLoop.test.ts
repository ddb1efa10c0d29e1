import { runProgram } from './runProgram';

jest.setTimeout(180_000);

test('64 classifications of 16×240×320 hold the event loop up for less than 20 ms (p99)', async () => {
  const { code, signal, stdout, stderr } = await runProgram('eventLoop');
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  const measured = JSON.parse(stdout) as { p50: number; p99: number; max: number; total: number; completed: number };
  process.stdout.write(`event loop delay during 64 classifications: ${stdout}`);
  expect(measured.completed).toBe(65);
  expect(measured.p99).toBeLessThan(20);
});
