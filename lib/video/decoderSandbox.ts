import type { SandboxState } from '../sandbox/sandboxState';
import { DecoderClient } from './decoderClient';

/**
 * What a decoder of this process would be held to; starts one and ends it.
 *
 * @throws KinetorchError `ERR_VIDEO_DECODER`
 */
export async function decoderSandbox(): Promise<SandboxState> {
  const client = new DecoderClient(() => {});
  client.hold(true);
  try {
    return await new Promise((resolve, reject) => {
      client.listen({
        onReply: () => resolve(client.sandbox),
        onPayload: () => {},
        onDeath: () => reject(client.startFailure),
      });
    });
  } finally {
    client.listen(null);
    client.kill('is no longer needed');
  }
}
