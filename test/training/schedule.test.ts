import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Plateau } from '../../lib/training/plateau';
import { learningRateAt, type Schedule } from '../../lib/training/schedule';

interface Fixture {
  schedules: { name: string; schedule: Schedule & { stepsPerEpoch: number }; rates: number[] }[];
  plateau: { patience: number; gamma: number; losses: number[]; factors: number[] };
}

// Made by PyTorch's own schedulers: scripts/fixtures/schedules.py.
const fixture = JSON.parse(readFileSync(join(__dirname, '../fixtures/schedules.json'), 'utf8')) as Fixture;

test.each(fixture.schedules)("$name follows PyTorch's own", ({ schedule, rates }) => {
  expect(rates.length).toBeGreaterThanOrEqual(50);
  rates.forEach((rate, step) => {
    expect(
      Math.abs(learningRateAt(step, Math.floor(step / schedule.stepsPerEpoch), schedule) - rate),
    ).toBeLessThanOrEqual(1e-9);
  });
});

test('onecycle after a warm-up rises from nothing to its peak without a fall between, and ends near nothing', () => {
  const base = { kind: 'onecycle', learningRate: 0.4, milestones: [], gamma: 0.1 } as const;
  const schedule: Schedule = { ...base, totalSteps: 60, warmupSteps: 9 };
  const rates = Array.from({ length: 60 }, (_, step) => learningRateAt(step, Math.floor(step / 6), schedule));
  const peak = rates.indexOf(Math.max(...rates));
  expect(rates[peak]).toBeCloseTo(0.4, 2);
  expect(rates.slice(0, peak)).toEqual([...rates.slice(0, peak)].sort((a, b) => a - b));
  expect(rates.slice(peak)).toEqual([...rates.slice(peak)].sort((a, b) => b - a));
  expect(rates[0]).toBeCloseTo(0.4 / 25 / 9, 12);
  expect(rates[59]).toBeLessThan(1e-5);
  // What follows the warm-up is a shorter cycle.
  const alone: Schedule = { ...base, totalSteps: 51, warmupSteps: 0 };
  expect(rates.slice(9)).toEqual(rates.slice(9).map((_, step) => learningRateAt(step, 0, alone)));
});

test("plateau lowers the rate when PyTorch's ReduceLROnPlateau does", () => {
  const { patience, gamma, losses, factors } = fixture.plateau;
  const plateau = new Plateau(patience, gamma);
  const received = losses.map((loss) => {
    plateau.observe(loss);
    return plateau.state.factor;
  });
  expect(new Set(received).size).toBeGreaterThan(2);
  for (const [epoch, factor] of received.entries()) expect(factor).toBeCloseTo(factors[epoch] as number, 12);
});

test('plateau goes on from its state', () => {
  const whole = new Plateau(1, 0.5);
  const begun = new Plateau(1, 0.5);
  const losses = [3, 2, 2, 2.5, 2.1, 1, 1.2, 1.3];
  for (const loss of losses) whole.observe(loss);
  for (const loss of losses.slice(0, 3)) begun.observe(loss);
  const resumed = new Plateau(1, 0.5, JSON.parse(JSON.stringify(begun.state)));
  for (const loss of losses.slice(3)) resumed.observe(loss);
  expect(resumed.state).toEqual(whole.state);
});
