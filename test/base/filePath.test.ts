import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { KinetorchError } from '../../lib/base/errors';
import { filePath } from '../../lib/base/filePath';
import { nativeSource } from '../../lib/model/modelSource';

const read = (value: unknown) => filePath(value, 'path', 'the path of a file');

test.each([
  ['a.mp4', 'a.mp4'],
  ['C:\\clips\\a.mp4', 'C:\\clips\\a.mp4'],
  ['clips: old/a.mp4', 'clips: old/a.mp4'],
  [pathToFileURL('/clips/50% ä #1.mp4'), '/clips/50% ä #1.mp4'],
  [pathToFileURL('/clips/50% ä #1.mp4').href, '/clips/50% ä #1.mp4'],
  [runInNewContext('({ href: "file:///a.mp4", protocol: "file:" })'), '/a.mp4'],
])('%p is %p', (value, path) => {
  expect(read(value)).toBe(path);
});

test.each(['', 'a\0b', 'http://a/b', 'rtsp://a', 's3://bucket/a', 'data:,a', 'file://host/a', 'file:///a%00', 5, null])(
  '%p is none',
  (value) => {
    expect(() => read(value)).toThrow(KinetorchError);
    expect(() => read(value)).toThrow(/^expected `path` to be the path of a file/);
  },
);

test('a model may be a URL', () => {
  expect(nativeSource(pathToFileURL('/models/a b.pt'))).toBe('/models/a b.pt');
  expect(() => nativeSource(new URL('https://example.org/a.pt'))).toThrow(/`source`.*URL \(https:\)/);
  expect(() => nativeSource('a\0.pt')).toThrow(/without NUL/);
});
