import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const video = join(root, 'examples', 'media', 'camera-moves.mp4');
/** Node 20's name of it is the longer one. */
const permission = ['--permission', '--experimental-permission'].find((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
) as string;

/** What a program says that opens a video and then the addon, with these rights. */
function run(...rights: string[]): string[] {
  const script = `
    const { openVideo, devices } = require(${JSON.stringify(join(root, 'dist', 'index.js'))});
    const say = (error) => console.log(error.name, error.code, error.message.split('\\n', 1)[0]);
    (async () => {
      await openVideo(process.argv[1]).then((video) => { console.log('opened'); return video.close(); }, say);
      try { devices(); console.log('loaded'); } catch (error) { say(error); }
    })();`;
  const flags = [permission, '--no-warnings', ...rights];
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '-e', script, video], { encoding: 'utf8' });
  if (stderr !== '') throw new Error(stderr);
  return stdout.trim().split('\n');
}

const modules = `--allow-fs-read=${join(root, 'dist')}`;
const readable = [modules, `--allow-fs-read=${root}`];

test("Node's permission model: each missing right is named by its flag", () => {
  const [opening, loading] = run(...readable);
  expect(opening).toMatch(/^KinetorchError ERR_VIDEO_DECODER .*add --allow-child-process$/);
  expect(loading).toMatch(/^KinetorchError ERR_LIBTORCH_NOT_FOUND .*add --allow-addons/);
});

test('a video out of reach is told from one that is not there', () => {
  const withoutMedia = [modules, 'node_modules', 'package.json', 'binding.d.ts'].map((path, i) =>
    i === 0 ? path : `--allow-fs-read=${join(root, path)}`,
  );
  const [opening] = run(...withoutMedia);
  expect(opening).toMatch(/^KinetorchError ERR_FILE_ACCESS .*--allow-fs-read=.*camera-moves\.mp4$/);
});
