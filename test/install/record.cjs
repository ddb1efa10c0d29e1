// Preloaded into every Node process of an installation (NODE_OPTIONS): notes in the file KINETORCH_RECORD whom it connects to
// and what it starts, one JSON line each. Package managers are Node programs, and start what packages want run at install.
const childProcess = require('node:child_process');
const { appendFileSync } = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
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

const { spawn } = childProcess.ChildProcess.prototype;
childProcess.ChildProcess.prototype.spawn = function (options) {
  note('program', options.args.join(' '));
  return spawn.call(this, options);
};

// Those that wait do not go by way of the prototype.
for (const name of ['spawnSync', 'execFileSync', 'execSync']) {
  const run = childProcess[name];
  childProcess[name] = (command, ...rest) => {
    note('program', [command, ...(Array.isArray(rest[0]) ? rest[0] : [])].join(' '));
    return run(command, ...rest);
  };
}
syncBuiltinESMExports();
