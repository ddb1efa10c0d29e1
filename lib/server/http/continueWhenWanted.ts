import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * A caller that asks first (`Expect: 100-continue`) is told to go on when its body is about to be read: by then keys, places
 * and the stated size were looked at, and one that is refused has sent nothing in vain.
 */
export function continueWhenWanted(app: FastifyInstance): void {
  app.server.on('checkContinue', (request, response) => app.server.emit('request', request, response));
  app.addHook('preParsing', (request, reply, _payload, done) => {
    if (!request.routeOptions.config?.seesToBody) tellToGoOn(request, reply);
    done();
  });
}

/** Asks for the body, where a caller waits to be asked. */
export function tellToGoOn({ headers }: FastifyRequest, { raw }: FastifyReply): void {
  if (/^100-continue$/i.test(headers.expect ?? '')) raw.writeContinue();
}
