// openUnlisted.mjs FILE locked|free: opens a list of other files with none of the whitelists, in a process that locks
// itself in as a decoder does, or in one that does not; prints "opened", or what FFmpeg says.
import { openSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { loadAv } = require('../../dist/video/decoder/av.js');
const { Locksmith } = require('../../dist/video/decoder/locksmith.js');
const [file, how] = process.argv.slice(2);

const av = await loadAv();
const list = openSync(file, 'r');
const locksmith = new Locksmith({ isHandedFiles: true, writes: null, memoryBytes: 2 ** 32 });
if (how === 'locked') locksmith.lock();
const context = new av.FormatContext();
const options = av.Dictionary.fromObject({ fd: String(list), protocol_whitelist: 'fd,file', safe: '0' });
const status = context.openInputSync('fd:', null, options);
const said = status < 0 ? av.FFmpegError.strerror(status) : 'opened';
process.stdout.write(said, () => process.kill(process.pid, 'SIGKILL'));
