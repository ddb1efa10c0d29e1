import type { FastifyInstance } from 'fastify';

/**
 * Hangs up on who takes nothing of an answer for so long. Node sees to it that what does move, however large it is, is not
 * taken for what stands still; a connection that only waits has nothing to send.
 */
export function limitSendTime(app: FastifyInstance, timeoutMs: number): void {
  app.server.setTimeout(timeoutMs, (socket) => {
    if (socket.writableLength > 0) socket.destroy();
  });
}
