import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** The answers of each connection that are not out yet. */
const open = new WeakMap<Socket, Set<ServerResponse>>();

/**
 * Has every answer close with its connection, which is how all that is held for a request is given back. Node tells only the
 * one whose turn it is; behind it there are others where requests are sent without waiting for answers.
 */
export function closeAnswers(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw: { socket } }, { raw: answer }, done) => {
    const answers = open.get(socket) ?? answersOf(socket);
    answers.add(answer);
    answer.once('close', () => answers.delete(answer));
    done();
  });
}

function answersOf(socket: Socket): Set<ServerResponse> {
  const answers = new Set<ServerResponse>();
  open.set(socket, answers);
  socket.once('close', () => {
    for (const answer of answers) {
      if (answer.socket !== null) continue;
      answer.destroy();
      answer.emit('close');
    }
  });
  return answers;
}
