import type { FastifyInstance } from 'fastify';
import { isOpen } from '../http/openRoute';
import { HttpError } from '../http/statusOf';
import type { RequestsInWork } from './requestsInWork';
import type { ServerPhase } from './serverPhase';

/** Counts the work that is taken, and refuses it while the server drains; whoever asks meanwhile is to ask elsewhere. */
export function takeWork(app: FastifyInstance, phase: ServerPhase, inWork: RequestsInWork): void {
  app.decorate('givenUp', phase.givenUp);
  app.addHook('onRequest', (request, reply, done) => {
    if (isOpen(request)) return done();
    if (!phase.takesWork) return done(new HttpError(503, 'the server ends and takes no new work', 'ERR_DISPOSED'));
    inWork.add(reply.raw);
    done();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // The next request of this connection is to find another server.
    if (!phase.saysReady) reply.header('connection', 'close');
    done();
  });
}
