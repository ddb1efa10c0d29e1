import { PieceGatherer } from '../../../../lib/server/inference/request/pieceGatherer';

it('keeps all bytes in their order, and of small pieces few blocks', () => {
  const gatherer = new PieceGatherer();
  const given = Array.from({ length: 60_000 }, (_, i) => Buffer.alloc(i % 20_000 === 0 ? 10_000 : 1 + (i % 7), i));
  for (const piece of given) gatherer.add(piece);
  const all = gatherer.all();
  expect(Buffer.concat(all).equals(Buffer.concat(given))).toBe(true);
  expect(all.length).toBeLessThan(20);
});
