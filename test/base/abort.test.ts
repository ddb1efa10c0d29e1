import { getEventListeners } from 'node:events';
import { join } from 'node:path';
import { callSignal, onAbort, withCancellation } from '../../lib/base/abort';
import { root, runNode } from '../support/runCli';

test('leaves nothing on the signal', () => {
  const { signal } = new AbortController();
  callSignal({ signal, timeoutMs: 60_000 }).end();
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('one signal may end many calls: that is no leak to be warned of', async () => {
  const built = JSON.stringify(join(root, 'dist', 'base', 'abort.js'));
  const program = `const { callSignal } = require(${built}); const { signal } = new AbortController();
    for (let call = 0; call < 20; call++) callSignal({ signal });`;
  // In a process of its own: Jest keeps warnings from its tests.
  expect(await runNode(['-e', program])).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('nor many calls within one', async () => {
  const built = JSON.stringify(join(root, 'dist', 'base', 'abort.js'));
  const program = `const { callSignal, withCancellation } = require(${built}); const call = callSignal({});
    const clip = () => withCancellation({ signal: call.signal }, () => new Promise(() => {}), () => {});
    for (let clips = 0; clips < 20; clips++) clip().catch(() => {});`;
  expect(await runNode(['-e', program])).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('only a time limit makes a call a signal of its own', async () => {
  const { signal } = new AbortController();
  const Controller = AbortController;
  const made = jest.spyOn(globalThis, 'AbortController').mockImplementation(() => new Controller());
  const work = async () => getEventListeners(signal, 'abort').length;
  expect(await withCancellation({ signal }, work, () => {})).toBe(1);
  expect(made).not.toHaveBeenCalled();
  expect(await withCancellation({ signal, timeoutMs: 60_000 }, work, () => {})).toBe(1);
  expect(made).toHaveBeenCalledTimes(1);
  made.mockRestore();
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

describe('onAbort', () => {
  test('has one listener on the signal for as long as anybody waits', () => {
    const { signal } = new AbortController();
    const leave = Array.from({ length: 20 }, () => onAbort(signal, () => {}));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const one of leave) {
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      one();
      one();
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('calls in order, once, and not who has left, even in the midst of it', () => {
    const controller = new AbortController();
    const calls: string[] = [];
    const call = (name: string) => () => void calls.push(name);
    onAbort(controller.signal, call('first'));
    onAbort(controller.signal, () => leaveFourth());
    const leaveThird = onAbort(controller.signal, call('third'));
    const leaveFourth = onAbort(controller.signal, call('fourth'));
    onAbort(controller.signal, call('fifth'));
    leaveThird();
    controller.abort();
    controller.abort();
    expect(calls).toEqual(['first', 'fifth']);
  });

  test('calls each whatever another throws, and all of that is reported', async () => {
    const built = JSON.stringify(join(root, 'dist', 'base', 'abort.js'));
    const program = `const { onAbort } = require(${built}); const controller = new AbortController();
      process.on('uncaughtException', ({ message }) => console.log('reported', message));
      const fail = (message) => () => { throw new Error(message); };
      onAbort(controller.signal, fail('first'));
      onAbort(controller.signal, () => console.log('second'));
      onAbort(controller.signal, fail('third'));
      onAbort(controller.signal, () => console.log('fourth'));
      controller.abort();
      console.log('aborted');`;
    const stdout = ['second', 'fourth', 'aborted', 'reported first', 'reported third', ''].join('\n');
    expect(await runNode(['-e', program])).toEqual({ code: 0, stdout, stderr: '' });
  });
});
