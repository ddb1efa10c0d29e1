import { duration, significant } from '../../lib/report/format';
import { Html, html } from '../../lib/report/html';
import { lineChart } from '../../lib/report/lineChart';
import { ticks } from '../../lib/report/ticks';

test('a template escapes everything but markup', () => {
  const name = `<b>&"'`;
  expect(html`<i title="${name}">${name}</i>`.text).toBe(
    '<i title="&lt;b&gt;&amp;&quot;&#39;">&lt;b&gt;&amp;&quot;&#39;</i>',
  );
  expect(html`${[html`<i>${1}</i>`, ' & ', null, false]}`.text).toBe('<i>1</i> &amp; ');
  expect(html`${new Html('<hr>')}`.text).toBe('<hr>');
});

test('ticks are round and hold the range', () => {
  expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticks(0.13, 0.87, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticks(1, 40, 6)).toEqual([0, 10, 20, 30, 40]);
  expect(ticks(2, 2, 5).length).toBeGreaterThan(0);
  expect(ticks(0, 0, 5)[0]).toBe(0);
  expect(ticks(1e-6, 3e-6, 5)).toEqual([1e-6, 1.5e-6, 2e-6, 2.5e-6, 3e-6]);
});

test('numbers as a person reads them', () => {
  expect([0, 0.00001234, 0.01234, 1.234, 1234.5].map(significant)).toEqual(['0', '1.2e-5', '0.0123', '1.23', '1,235']);
  expect([3.14, 59.7, 187, 7500].map(duration)).toEqual(['3.1 s', '1 min 0 s', '3 min 7 s', '2 h 5 min']);
});

test('a chart of the longest run there can be', () => {
  const points = Array.from({ length: 100_000 }, (_, x) => ({ x, y: x % 7 }));
  const series = [
    { name: 'training', points },
    { name: 'validation', points },
  ];
  const { text } = lineChart({ title: 'Loss', xLabel: 'epoch', series, format: String });
  expect(text).toContain('training from 0 at epoch 0 to 4 at epoch 99999');
});
