import { getEventListeners } from 'node:events';
import { join } from 'node:path';
import { callSignal } from '../../lib/model/callSignal';
import { root, runNode } from '../support/runCli';

test('leaves nothing on the signal', () => {
  const { signal } = new AbortController();
  callSignal({ signal, timeoutMs: 60_000 }).end();
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('one signal may end many calls: that is no leak to be warned of', async () => {
  const built = JSON.stringify(join(root, 'dist', 'model', 'callSignal.js'));
  const program = `const { callSignal } = require(${built}); const { signal } = new AbortController();
    for (let call = 0; call < 20; call++) callSignal({ signal });`;
  // In a process of its own: Jest keeps warnings from its tests.
  expect(await runNode(['-e', program])).toEqual({ code: 0, stdout: '', stderr: '' });
});
