// For `saturation.ts --plant`: a server that keeps two kilobytes of each request.
const { Server } = require('node:http');

const kept = [];
const { emit } = Server.prototype;
Server.prototype.emit = function (event, ...rest) {
  if (event === 'request') kept.push(Buffer.alloc(2048, 1));
  return emit.call(this, event, ...rest);
};
