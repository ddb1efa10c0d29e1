import type { FastifyInstance } from 'fastify';
import { readOn } from './readOn';

/** Of a request whose answer needed none of its body, such as a `GET`, the rest is read and thrown away, and not without end. */
export function readRests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, _reply, done) => {
    readOn(request.raw);
    done();
  });
}
