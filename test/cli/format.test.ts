import { fit, formatBar, formatDuration, formatPercent, formatTime } from '../../lib/cli/print/format';
import { table } from '../../lib/cli/print/table';

describe('format', () => {
  test.each([
    [0, '0:00.0'],
    [7.54, '0:07.5'],
    [59.97, '1:00.0'],
    [3599.99, '1:00:00.0'],
    [3727.5, '1:02:07.5'],
  ])('time %d is %s', (seconds, text) => {
    expect(formatTime(seconds)).toBe(text);
  });

  test.each([
    [41.4, '41 ms'],
    [999.7, '1.00 s'],
    [9_996, '10.0 s'],
    [59_960, '1 min 00 s'],
    [187_000, '3 min 07 s'],
    [7_500_000, '2 h 05 min'],
  ])('duration %d is %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  test.each([
    [0, '0%'],
    [0.001, '<1%'],
    [0.5, '50%'],
    [0.999, '>99%'],
    [1, '100%'],
  ])('share %d is %s', (share, text) => {
    expect(formatPercent(share)).toBe(text);
  });

  test('a bar is always as wide as was asked for', () => {
    expect(formatBar(0.5, 4)).toBe('██  ');
    expect(formatBar(0.28, 4)).toBe('█▏  ');
    for (const share of [0, 0.01, 0.99, 1, 2]) expect(formatBar(share, 10)).toHaveLength(10);
  });

  test('text is cut or padded', () => {
    expect(fit('pan', 5)).toBe('pan  ');
    expect(fit('roll clockwise', 5)).toBe('roll…');
  });

  test('a table pads its columns', () => {
    const columns = [{ title: 'name' }, { title: 'size', align: 'right' }] as const;
    expect(table(columns, [['stem', '1,024']])).toEqual(['name   size', 'stem  1,024']);
  });
});
