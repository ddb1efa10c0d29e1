// For `saturation.ts --plant`: a server that keeps 16 KiB of each request.
const { Server } = require('node:http');

const kept = [];
const { emit } = Server.prototype;
Server.prototype.emit = function (event, ...rest) {
  if (event === 'request') kept.push(Buffer.alloc(16_384, 1));
  return emit.call(this, event, ...rest);
};
