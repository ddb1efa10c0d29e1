import { runProgram } from './runProgram';

jest.setTimeout(180_000);

test('process.exit() with clips in flight, ten times', async () => {
  for (let i = 0; i < 10; i++) {
    expect(await runProgram('exit', ['model', 'exit'])).toEqual({
      code: 7,
      signal: null,
      stdout: 'busy\n',
      stderr: '',
    });
  }
});

test.each(['trainer', 'load'])('process.exit() with a %s in flight', async (what) => {
  for (let i = 0; i < 3; i++) {
    expect(await runProgram('exit', [what, 'exit'])).toEqual({ code: 7, signal: null, stdout: 'busy\n', stderr: '' });
  }
});

test.each([
  ['model', 'throw', 'uncaught on purpose'],
  ['model', 'reject', 'unhandled on purpose'],
  ['trainer', 'throw', 'uncaught on purpose'],
])('with a %s in flight, %s', async (what, how, message) => {
  const ended = await runProgram('exit', [what, how]);
  expect(ended).toMatchObject({ code: 1, signal: null });
  expect(ended.stderr).toContain(message);
});

test.each(['model', 'trainer'])('a %s is finished and disposed of, and the process ends by itself', async (what) => {
  const ended = await runProgram('exit', [what, 'dispose']);
  expect(ended).toEqual({ code: 0, signal: null, stdout: 'busy\ndisposed\n', stderr: '' });
});

test.each(['model', 'trainer'])('work of a %s in flight holds the process until it is done', async (what) => {
  expect(await runProgram('exit', [what, 'end'])).toEqual({ code: 0, signal: null, stdout: 'busy\n', stderr: '' });
});

test('an idle model that nobody disposed of does not hold the process', async () => {
  expect(await runProgram('idle')).toEqual({ code: 0, signal: null, stdout: 'idle\n', stderr: '' });
});
