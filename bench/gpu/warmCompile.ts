/**
 * Lets torch.compile try its kernels for the cases that it takes part in; what it finds is on disk when their turn comes.
 *
 *   node warmCompile.js --python PROGRAM [--quick]
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sharedPeers } from '../harness/prepareNetwork';
import { planOf } from './cases';
import { loadTask } from './engines';

const { values } = parseArgs({
  options: { python: { type: 'string', default: 'python3' }, quick: { type: 'boolean', default: false } },
});
// Which weights, and which mean, changes nothing of what is compiled.
const someNetwork = { folder: '', mean: [0.4, 0.4, 0.4], std: [0.2, 0.2, 0.2] };
const peer = spawn(values.python, [join(sharedPeers, 'torch_peer.py'), 'compile', 'cuda'], {
  env: { ...process.env, PYTHONPATH: sharedPeers },
  stdio: ['pipe', 'inherit', 'inherit'],
});
for (const one of planOf(values.quick).compiled) {
  peer.stdin.write(`warm ${JSON.stringify(loadTask(one, someNetwork, 'cuda'))}\n`);
}
peer.stdin.end();
process.on('SIGTERM', () => {
  peer.kill('SIGKILL');
  process.exit(1);
});
