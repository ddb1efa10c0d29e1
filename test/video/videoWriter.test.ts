import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { VideoWriter } from '../../lib/video/videoWriter';
import { expectError } from '../support/models';
import { temporaryFolder } from '../support/temporaryFolder';

const folder = temporaryFolder();

test('an abort is heard while a picture waits for an encoder that stands still', async () => {
  const controller = new AbortController();
  const form = { width: 1920, height: 1080, frameRate: 25 };
  const writer = await VideoWriter.open(join(folder, 'video.mp4'), form, controller.signal);
  try {
    const { child } = (writer as unknown as { client: { process: { child: ChildProcess } } }).client.process;
    child.kill('SIGSTOP');
    const added = writer.add(new Uint8Array(form.width * form.height * 3));
    setTimeout(() => controller.abort(), 50);
    await expectError(added, 'ERR_ABORTED');
  } finally {
    writer.close();
  }
});
