import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { clips, jsonLines, kinetorch } from '../support/runCli';
import { temporaryFolder } from '../support/temporaryFolder';

const good = [
  'archery.avi',
  'av1.mkv',
  'baseball_pitch.avi',
  'flash.flv',
  'flipping_pancake.mkv',
  'full_range.mp4',
  'h264_10bit.mp4',
  'mjpeg.mov',
  'newtons_cradle.gif',
  'odd_rate.mp4',
  'rotated.mp4',
  'variable_rate.mp4',
  'vp8.webm',
].map((name) => join(clips, name));

const folder = temporaryFolder();
let model: string;
beforeAll(async () => {
  model = join(folder, 'model.pt');
  const { code } = await kinetorch(['create', 'r2plus1d_dw', model, '--labels', 'left,right,still']);
  expect(code).toBe(0);
});

const classify = (...args: string[]) => kinetorch(['classify', '--model', model, ...args]);

describe('classify', () => {
  test('gives a timeline of every good file', async () => {
    const { code, stdout, stderr } = await classify(...good);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: .*vp8\.webm: the video is a single picture.*\n$/);
    expect(stdout).not.toContain('\u001b');
    for (const path of good) expect(stdout).toContain(`${path}  `);
    const lines = stdout.split('\n').filter((line) => / – /.test(line));
    expect(lines.length).toBeGreaterThan(good.length);
    for (const line of lines) {
      expect(line).toMatch(/^ +\d+:\d\d\.\d – \d+:\d\d\.\d +(left|right|still) +\d+% [█▏▎▍▌▋▊▉ ]{10} +\d+ ms/);
    }
  }, 180_000);

  test('--json: a line a file, windows where they were asked for', async () => {
    const [archery] = good as [string];
    const { code, stdout } = await classify(archery, '--json', '--window', '2', '--stride', '1', '--top-k', '2');
    expect(code).toBe(0);
    const [report] = jsonLines(stdout) as [
      { segments: { startSeconds: number; paddedSeconds: number; predictions: unknown[] }[] },
    ];
    expect(report).toMatchObject({ file: archery, video: { width: 320, height: 240 }, warnings: [] });
    expect(report.segments.map(({ startSeconds }) => startSeconds)).toEqual([0, 1, 2, 3, 4]);
    // Of 12 instants of the last window, 4 are past the video's end.
    expect(report.segments.map(({ paddedSeconds }) => paddedSeconds)).toEqual([0, 0, 0, 0, expect.closeTo(4 / 6, 9)]);
    expect(report.segments[0]?.predictions).toHaveLength(2);
  });

  test('--clips gives clips and their mean', async () => {
    const [archery] = good as [string];
    const { code, stdout } = await classify(archery, '--json', '--clips', '3', '--crops', '3');
    expect(code).toBe(0);
    const [report] = jsonLines(stdout) as [{ segments: unknown[]; predictions: { score: number }[] }];
    expect(report.segments).toHaveLength(3);
    expect(report.predictions.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 4);
  });

  test('goes on after a bad file, names it and its code, and exits with 1', async () => {
    const corrupt = join(clips, 'corrupt.mkv');
    const last = join(clips, 'odd_rate.mp4');
    const { code, stdout, stderr } = await classify(corrupt, 'missing.mp4', last, '--json');
    expect(code).toBe(1);
    expect(jsonLines(stdout)).toMatchObject([
      { file: corrupt, error: { code: 'ERR_VIDEO_OPEN' } },
      { file: 'missing.mp4', error: { code: 'ERR_FILE_NOT_FOUND' } },
      { file: last, segments: [{ startSeconds: 0, paddedSeconds: 0 }, { startSeconds: 0.8 }] },
    ]);
    expect(stderr).toContain('[ERR_VIDEO_OPEN]');
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  test('says that a file was cut short', async () => {
    const { code, stdout, stderr } = await classify(join(clips, 'truncated.avi'));
    expect(code).toBe(0);
    expect(stdout).toContain(' – ');
    expect(stderr).toMatch(/^warning: .*truncated\.avi: the file was cut short/);
  });

  test('matches quoted globs itself, but an existing path is that path', async () => {
    const videos = join(folder, 'videos', 'deep');
    await mkdir(videos, { recursive: true });
    const source = join(clips, 'odd_rate.mp4');
    for (const name of ['b.mp4', 'a.mp4', 'take [1].mp4', 'take 1.mp4']) await copyFile(source, join(videos, name));
    const filesOf = async (...args: string[]) => {
      const { stdout } = await kinetorch(['classify', '--model', model, '--json', ...args], { cwd: folder });
      return jsonLines(stdout).map(({ file }) => file);
    };
    expect(await filesOf('videos/**/?.mp4', 'videos/deep/a.mp4')).toEqual(['videos/deep/a.mp4', 'videos/deep/b.mp4']);
    expect(await filesOf('videos/deep/take [1].mp4')).toEqual(['videos/deep/take [1].mp4']);
    const none = await kinetorch(['classify', '--model', model, 'videos/*.avi'], { cwd: folder });
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toBe('error: no file matches "videos/*.avi" [ERR_FILE_NOT_FOUND]\n');
  });

  test('more predictions than the model has classes are refused', async () => {
    const { code, stderr } = await classify(good[0] as string, '--top-k', '4');
    expect(code).toBe(1);
    expect(stderr).toContain('expected `--top-k` to be at most 3');
  });
});
