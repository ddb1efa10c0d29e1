// tryLocked.mjs FOLDER PORT locked|free: does what a decoder may not, in a process that locks itself in as one does, or
// in one that does not; prints what came of each attempt, as JSON: "done", or the code of the error.
import { spawnSync } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import { join } from 'node:path';

const { Locksmith } = createRequire(import.meta.url)('../../dist/video/decoder/locksmith.js');
const [folder, port, how] = process.argv.slice(2);
const file = join(folder, 'there.txt');

// Threads of libuv's pool, which are there before the lock.
await Promise.all(Array.from({ length: 4 }, () => fs.promises.readFile(file)));
const locksmith = new Locksmith({ isHandedFiles: true, writes: null, memoryBytes: 2 ** 32 });
const state = how === 'locked' ? locksmith.lock() : null;

const connect = async (target) => {
  const socket = net.connect(target);
  await once(socket, 'connect');
  socket.destroy();
};

const attempts = {
  'read a file': () => fs.readFileSync(file),
  'read a file on a thread of the pool': () => fs.promises.readFile(file),
  'list a folder': () => fs.readdirSync(folder),
  'make a file': () => fs.writeFileSync(join(folder, `made-${how}`), ''),
  'write to a file': () => fs.appendFileSync(file, 'x'),
  'change a mode': () => fs.chmodSync(file, 0o600),
  'rename a file': () => fs.renameSync(file, file),
  'make a folder': () => fs.mkdirSync(join(folder, `folder-${how}`)),
  'connect by TCP': () => connect({ host: '127.0.0.1', port: Number(port) }),
  'connect by a Unix socket': () => connect({ path: join(folder, 'socket') }),
  'send by UDP': async () => {
    const socket = dgram.createSocket('udp4');
    socket.send('x', Number(port), '127.0.0.1');
    await Promise.race([once(socket, 'error').then(([error]) => Promise.reject(error)), once(socket, 'listening')]);
    socket.close();
  },
  'start a program': () => {
    const { error } = spawnSync('/bin/true');
    if (error) throw error;
  },
  'signal its parent': () => process.kill(process.ppid, 0),
};

const outcomes = {};
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    await attempt();
    outcomes[name] = 'done';
  } catch (error) {
    outcomes[name] = error.code ?? String(error);
  }
}
process.stdout.write(JSON.stringify({ state, outcomes }), () => process.kill(process.pid, 'SIGKILL'));
