import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** As Node keeps it: the answer that is under way. */
type AnsweringSocket = Socket & { _httpMessage?: ServerResponse | null };

/**
 * Hangs up on who takes nothing of an answer for so long. Node sees to it that what does move, however large it is, is not
 * taken for what stands still. While an answer is worked on there is nothing to send; and a connection without any is one that
 * its caller leaves open, for which Node has set this timer to `keepAliveTimeout`, and leaves what comes of it to who listens.
 */
export function limitSendTime(app: FastifyInstance, timeoutMs: number): void {
  app.server.setTimeout(timeoutMs, (socket) => {
    if (socket.writableLength > 0 || !(socket as AnsweringSocket)._httpMessage) socket.destroy();
  });
}
