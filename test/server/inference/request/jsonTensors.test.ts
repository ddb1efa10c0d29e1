import { seededRandom } from '../../../../lib/base/seededRandom';
import { cutData } from '../../../../lib/server/inference/request/cutData';
import { readBase64 } from '../../../../lib/server/inference/request/readBase64';
import { readNumbers } from '../../../../lib/server/inference/request/readNumbers';
import { expectError } from '../../../support/models';

const random = seededRandom(17);
const below = (end: number) => Math.floor(random() * end);
const spaces = () => [' ', '\n', '\t', '\r', '', '', '', ''][below(8)] as string;

/** JSON with white space wherever it may stand. */
function spaced(value: unknown): string {
  const list = (open: string, parts: string[], close: string) =>
    `${spaces()}${open}${parts.join(`${spaces()},`)}${spaces()}${close}${spaces()}`;
  if (Array.isArray(value)) return list('[', value.map(spaced), ']');
  if (value === null || typeof value !== 'object') return spaces() + JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${spaces()}${JSON.stringify(key)}${spaces()}:${spaced(member)}`,
  );
  return list('{', members, '}');
}

const numbers: (() => number)[] = [
  () => below(256),
  () => random() - 0.5,
  () => (random() - 0.5) * 10 ** (below(60) - 30),
  () => Math.fround(random()),
  () => -1 - below(10),
];

function nested([size = 0, ...inner]: readonly number[]): unknown[] {
  return Array.from({ length: size }, () => (inner.length === 0 ? numbers[below(numbers.length)]?.() : nested(inner)));
}

test('are read as JSON.parse reads them, whatever stands around', async () => {
  for (let round = 0; round < 100; round++) {
    const shape = Array.from({ length: 1 + below(4) }, () => 1 + below(5));
    const inputs = Array.from({ length: 1 + below(3) }, (_, place) => {
      const data = nested(shape);
      return {
        name: `"data":[${place}]\\"`,
        parameters: { data: '\\', inputs: 'x"' },
        shape,
        data: round % 2 === 0 ? data : data.flat(Number.POSITIVE_INFINITY),
      };
    });
    const request = { data: [1, { data: [2] }], outputs: [{ data: 3 }], inputs, id: 'ä"data":[[' };
    const text = Buffer.from(spaced(request));
    const { json, arrays } = await cutData(text);
    expect(JSON.parse(json)).toEqual({ ...request, inputs: inputs.map((input, place) => ({ ...input, data: place })) });
    for (const [place, { data }] of inputs.entries()) {
      const flat = data.flat(Number.POSITIVE_INFINITY) as number[];
      const values = new Float32Array(flat.length);
      const range = arrays[place] as { start: number; end: number };
      await readNumbers(text, range, { name: 'x', shape, values });
      expect(values).toEqual(Float32Array.from(flat));
    }
  }
});

test('of many slices are read whole, and others have turns meanwhile', async () => {
  const count = 250_000;
  const data = Array.from({ length: count }, (_, i) => (i * 7919) % 256);
  const rows = Array.from({ length: 500 }, (_, row) => data.slice(row * 500, (row + 1) * 500));
  for (const sent of [data, rows]) {
    const text = Buffer.from(JSON.stringify({ inputs: [{ data: sent }] }));
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const { arrays } = await cutData(text);
    const [range] = arrays as [{ start: number; end: number }];
    const values = await readNumbers(text, range, { name: 'x', shape: [500, 500], values: new Uint8Array(count) });
    clearInterval(timer);
    expect(Buffer.from(values).equals(Buffer.from(data))).toBe(true);
    expect(turns).toBeGreaterThan(3);
  }
});

test('of text are found whole, wherever a slice ends', async () => {
  const data = ['\\"]'.repeat(100_000), '['.repeat(300_001)];
  const request = { inputs: [{ name: 'video', data }], id: '1' };
  const text = Buffer.from(JSON.stringify(request));
  const { json, arrays } = await cutData(text);
  expect(JSON.parse(json)).toEqual({ inputs: [{ name: 'video', data: 0 }], id: '1' });
  const [{ start, end }] = arrays as [{ start: number; end: number }];
  expect(JSON.parse(text.toString('utf8', start, end))).toEqual(data);
});

test('of base64 become bytes, and nothing else does', async () => {
  const read = (text: string) => readBase64(Buffer.from(text), { start: 0, end: text.length }, 'video');
  for (const size of [0, 1, 2, 3, 4, 400_000, 400_001, 400_002]) {
    const bytes = Buffer.from(Array.from({ length: size }, () => below(256)));
    expect((await read(`[ "${bytes.toString('base64')}"\n]`)).equals(bytes)).toBe(true);
  }
  for (const text of [
    '[]',
    '["]',
    '[7]',
    '["AAA"]',
    '["AA=A"]',
    '["A==="]',
    '["AAAÄ"]',
    '["AAAA", "AAAA"]',
    '[["AAAA"]]',
    '["AA\\/A"]',
  ]) {
    await expectError(read(text), 'ERR_INVALID_ARGUMENT', 'base64');
  }
});

const many = 48 * 2 ** 20;
const listOf = (character: string) =>
  Buffer.concat([Buffer.from('['), Buffer.alloc(many, character), Buffer.from(']')]);
const list = { start: 0, end: many + 2 };
const one = { name: 'frames', shape: [1], values: new Float32Array(1) };
const before = Buffer.concat([Buffer.from('{"inputs":[{"data":'), Buffer.alloc(many, ' ')]);
const [blanks, digits] = [listOf(' '), listOf('1')];

test.each<[string, () => Promise<unknown>]>([
  ['blanks before data', () => cutData(before)],
  ['blanks before base64', () => readBase64(blanks, list, 'video')],
  ['a number without end', () => readNumbers(digits, list, one)],
])('%s hold up nobody', async (_, read) => {
  let [longest, last, isOver] = [0, performance.now(), false];
  const watching = (async () => {
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
  })();
  await expect(read()).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  isOver = true;
  await watching;
  expect(longest).toBeLessThan(200);
});
