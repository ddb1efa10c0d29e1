import type { FastifyInstance } from 'fastify';
import { HttpError } from './statusOf';

const ofThisMachine = /^(127(\.\d{1,3}){3}|\[::1\]|localhost)(:\d+)?$/i;

/**
 * Of a server that asks for no keys because it listens on this machine alone: the browser of whoever uses the machine lets
 * any page send requests here, and one whose name was made to point here read the answers. Such requests say so, by a `Host`
 * of another name or the `Origin` of another site; programs send neither.
 */
export function refuseOtherSites(app: FastifyInstance): void {
  app.addHook('onRequest', ({ headers: { host = '', origin } }, _reply, done) => {
    const isOurs = ofThisMachine.test(host) && (origin === undefined || origin === `http://${host}`);
    if (isOurs) return done();
    done(
      new HttpError(
        403,
        'expected a request by the name or an address of this machine, and not from the page of another site; ' +
          'with keys (apiKeysFile) or noAuth any is taken',
        'OTHER_SITE',
      ),
    );
  });
}
