import type { FastifyInstance } from 'fastify';
import { HttpError } from './statusOf';

/** What Node itself would answer without a word: a head of HTTP/1.1 without `Host`, and one that expects what there is not. */
export function refuseOddHeads(app: FastifyInstance): void {
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.addHook('onRequest', async ({ headers, raw }) => {
    if (headers.host === undefined && raw.httpVersion === '1.1') {
      throw new HttpError(400, 'expected a header `Host`', 'BAD_REQUEST');
    }
    if (headers.expect !== undefined && !/^100-continue$/i.test(headers.expect)) {
      throw new HttpError(417, `expected Expect: 100-continue but received ${headers.expect}`, 'BAD_REQUEST');
    }
  });
}
