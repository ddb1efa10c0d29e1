import type { FastifyInstance } from 'fastify';
import { invalidArgument } from '../../base/errors';
import type { FilledServerOptions } from '../options';

/** Listens, and says which option is at fault where that cannot be. Throws `ERR_INVALID_ARGUMENT`. */
export async function listenAt(
  app: FastifyInstance,
  { host, port }: Pick<FilledServerOptions, 'host' | 'port'>,
): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'EADDRINUSE':
        throw invalidArgument('port', 'a port that is free', port);
      case 'EACCES':
        throw invalidArgument('port', 'a port that this process may listen on', port);
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
      case 'EAI_AGAIN':
        throw invalidArgument('host', 'an address of this machine', host);
      default:
        throw error;
    }
  }
}
