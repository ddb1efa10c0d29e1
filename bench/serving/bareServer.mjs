// A server that takes a body and answers, and nothing else: what HTTP itself costs.
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  request.on('data', () => {}).on('end', () => response.end('{}'));
});
server.listen(0, '127.0.0.1', () => console.error(`http://127.0.0.1:${server.address().port}`));
