import { DecoderClient } from './decoderClient';
import { videoLimits } from './limits';

/** Decoder processes without work, and the timers that end them. */
const idle = new Map<DecoderClient, NodeJS.Timeout>();

/** A decoder process for one reader: an idle one where there is one, else a new one. */
export function acquireDecoder(): DecoderClient {
  for (const [client, timer] of idle) {
    clearTimeout(timer);
    idle.delete(client);
    if (client.isAlive) return client;
  }
  return new DecoderClient();
}

/** Takes a decoder back once its last operation has ended; it waits a little for the next video. */
export function releaseDecoder(client: DecoderClient): void {
  if (!client.isAlive) return;
  if (idle.size >= videoLimits.maxIdle) {
    client.kill('is no longer needed');
    return;
  }
  client.used = true;
  client.send({ type: 'close' });
  const retire = () => {
    idle.delete(client);
    client.kill('is no longer needed');
  };
  idle.set(client, setTimeout(retire, videoLimits.idleMs).unref());
}
