// Required before a server's program: plants the faults that KINETORCH_PLANTED names into it, which a siege has to find. They
// begin with the first inference, and leave metrics alone, by which memory is seen.
const { Server } = require('node:http');

const kept = [];
let requests = 0;

/** What becomes of request number n; true where nobody else is to see it. */
const faults = {
  /** Some are never answered. */
  lost: (n) => n % 40 === 20,
  /** Each leaves memory behind. */
  leak() {
    kept.push(Buffer.alloc(2 ** 21, 1));
    return false;
  },
  /** Some are answered though nothing of them is written down. */
  unlogged(n, response) {
    if (n % 40 !== 30) return false;
    response.setHeader('x-request-id', 'of-nobody').setHeader('content-type', 'application/json');
    response.end('{}');
    return true;
  },
  /** Some get other numbers than the model's. */
  wrong(n, response) {
    if (n % 3 !== 2) return false;
    const { end } = response;
    response.end = function (body, ...rest) {
      const isText = typeof body === 'string' || Buffer.isBuffer(body);
      return end.call(this, isText ? String(body).replace(/("data":\[-?\d)\.\d/, '$1.7') : body, ...rest);
    };
    return false;
  },
  /** One ends the process. */
  death(n) {
    if (n === 40) process.abort();
    return false;
  },
};

const planted = process.env.KINETORCH_PLANTED.split(',').map((name) => faults[name]);
const { emit } = Server.prototype;
Server.prototype.emit = function (event, request, response, ...rest) {
  const isOurs = event === 'request' && request.url !== '/metrics' && (requests > 0 || request.url.endsWith('/infer'));
  if (isOurs && planted.map((fault) => fault(requests, response)).some(Boolean)) return requests++;
  if (isOurs) requests++;
  return emit.call(this, event, request, response, ...rest);
};
