// Preloaded into every Node process of an installation (NODE_OPTIONS): notes in the file KINETORCH_RECORD whom it connects to
// and what it starts, one JSON line each. Package managers are Node programs, and start what packages want run at install.
const { ChildProcess } = require('node:child_process');
const childProcess = require('node:child_process');
const { appendFileSync } = require('node:fs');
const { Socket } = require('node:net');

const note = (kind, what) => appendFileSync(process.env.KINETORCH_RECORD, `${JSON.stringify({ kind, what })}\n`);

const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  // Node's own callers hand on what they were given as one array.
  const [to, host] = Array.isArray(args[0]) ? args[0] : args;
  const { path, port, host: name } = typeof to === 'object' ? to : { port: to, host };
  note('connection', path ?? `${name ?? 'localhost'}:${port}`);
  return connect.apply(this, args);
};

const { spawn } = ChildProcess.prototype;
ChildProcess.prototype.spawn = function (options) {
  note('program', options.args.join(' '));
  return spawn.call(this, options);
};

const { spawnSync } = childProcess;
childProcess.spawnSync = (command, args, ...rest) => {
  note('program', [command, ...(Array.isArray(args) ? args : [])].join(' '));
  return spawnSync(command, args, ...rest);
};
