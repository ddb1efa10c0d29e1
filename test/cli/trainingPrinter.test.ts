import { stripVTControlCharacters } from 'node:util';
import { ProgressBar } from '../../lib/cli/print/progressBar';
import { classificationWords } from '../../lib/cli/print/runWords';
import { TrainingPrinter } from '../../lib/cli/print/trainingPrinter';
import type { EpochMetrics, TrainEvent } from '../../lib/training/types';

const screen = { errors: '', output: '' };
const writeTo = (stream: keyof typeof screen) => (text: string | Uint8Array) => {
  screen[stream] += text;
  return true;
};
const setTerminal = (isTTY: boolean) =>
  Object.defineProperty(process.stderr, 'isTTY', { value: isTTY, configurable: true });

const setColumns = (columns: number) => {
  for (const stream of [process.stdout, process.stderr]) {
    Object.defineProperty(stream, 'isTTY', { value: true, configurable: true });
    Object.defineProperty(stream, 'columns', { value: columns, configurable: true });
  }
};

const wasTerminal = process.stderr.isTTY;
const outputWasTerminal = process.stdout.isTTY;
beforeEach(() => {
  Object.assign(screen, { errors: '', output: '' });
  jest.useFakeTimers();
  jest.spyOn(process.stderr, 'write').mockImplementation(writeTo('errors'));
  jest.spyOn(process.stdout, 'write').mockImplementation(writeTo('output'));
  setTerminal(true);
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
  setTerminal(wasTerminal);
  Object.defineProperty(process.stdout, 'isTTY', { value: outputWasTerminal, configurable: true });
});

/** The line that the bar has drawn last, after waiting until it is drawn. */
function barNow(): string {
  jest.advanceTimersByTime(500);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what moves the cursor
  const lines = screen.errors.split(/\u001b\[[?\d;]*[A-Za-z]/).filter((line) => line.trim() !== '');
  return lines.at(-1) ?? '';
}

const start: TrainEvent = {
  type: 'start',
  device: 'cpu',
  labels: ['a', 'b'],
  trainClips: 800,
  validationClips: 10,
  epochs: 20,
  stepsPerEpoch: 100,
  step: 0,
};
const step = (epoch: number, epochStep: number, number: number): TrainEvent => ({
  type: 'step',
  epoch,
  epochStep,
  step: number,
  clips: 8,
  learningRate: 0.1,
  loss: 1.5,
  accuracy: 0.5,
  gradNorm: 1,
  milliseconds: 1,
});
const epochEnd = (epoch: number): TrainEvent => ({ type: 'epoch', ...metricsOf(epoch) });
const metricsOf = (epoch: number): EpochMetrics => ({
  epoch,
  step: 95 * epoch,
  learningRate: 0.1,
  train: { loss: 1.5, accuracy: 0.5, gradNorm: 1, clips: 760 },
  validation: { loss: 1.25, top1: 0.625, top5: 1, clips: 10 },
  seconds: 10,
  clipsPerSecond: 76,
  dataWaitSeconds: 0,
  skipped: 40,
});

describe('the bar of an epoch', () => {
  test('shows how much is done, how fast, and what is left', () => {
    const { onEvent } = new TrainingPrinter(classificationWords);
    onEvent(start);
    for (let done = 1; done <= 25; done++) {
      jest.advanceTimersByTime(1900);
      onEvent(step(1, done, done));
    }
    // 200 clips and a quarter of the epoch in 47.5 s.
    expect(barNow()).toMatch(/^ {2}epoch 1\/20 ━+ +25% {2}loss 1\.500 {2}4\.2 clips\/s {2}2 min 2\d s left$/);
    expect(barNow().length).toBeLessThanOrEqual(80);
  });

  test('of a resumed run counts what was done before, and not its time', () => {
    const { onEvent } = new TrainingPrinter(classificationWords);
    onEvent({ ...start, step: 89 });
    jest.advanceTimersByTime(2000);
    onEvent(step(1, 90, 90));
    expect(barNow()).toMatch(/ 90% .* 4\.0 clips\/s {2}20\.0 s left$/);
  });

  test('is right though broken files made the epochs before shorter, and says when it validates', () => {
    const { onEvent } = new TrainingPrinter(classificationWords);
    onEvent(start);
    onEvent(step(9, 95, 9 * 95));
    onEvent(epochEnd(9));
    jest.advanceTimersByTime(2000);
    onEvent(step(10, 1, 9 * 95 + 1));
    expect(barNow()).toMatch(/epoch 10\/20 .* 1% .* 4\.0 clips\/s/);
    onEvent({ type: 'validation', epoch: 10 });
    expect(barNow()).toMatch(/100% .*validating$/);
  });

  test('fits a terminal of 60 columns, as the lines of epochs do', () => {
    setColumns(60);
    const { onEvent } = new TrainingPrinter(classificationWords);
    onEvent(start);
    jest.advanceTimersByTime(2000);
    onEvent(step(1, 1, 1));
    expect(barNow()).toMatch(/^ {2}epoch 1\/20 {6}1% {2}loss 1\.500 {2}4\.0 clips\/s/);
    expect(barNow().length).toBeLessThanOrEqual(70);
    screen.output = '';
    onEvent(epochEnd(1));
    const lines = screen.output.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines.every((line) => stripVTControlCharacters(line).length <= 60)).toBe(true);
  });

  test('is there for every run that is shown, as cross-validation shows several', () => {
    const { onEvent } = new TrainingPrinter(classificationWords);
    onEvent(start);
    onEvent(step(1, 1, 1));
    onEvent(epochEnd(1));
    screen.errors = '';
    onEvent(start);
    onEvent(step(1, 1, 1));
    expect(barNow()).toMatch(/epoch 1\/20/);
  });

  test('makes room for what stays: a line an epoch, and warnings', () => {
    const { onEvent } = new TrainingPrinter(classificationWords);
    onEvent(start);
    onEvent(step(1, 1, 1));
    onEvent(epochEnd(1));
    onEvent({ type: 'warning', message: 'look out' });
    expect(barNow().trim()).toBe('warning: look out');
    expect(screen.output).toMatch(/^epoch {2}1\/20 {2}loss 1\.500 .* top-1 {2}62\.5% {2}76\.0 clips\/s {2}10\.0 s$/m);
  });
});

describe('a bar', () => {
  test('gives the cursor back when a signal ends the process', () => {
    const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
    const bar = new ProgressBar('{bar} {value}');
    bar.start(10);
    expect(screen.errors).toContain('\u001b[?25l');
    process.emit('SIGTERM', 'SIGTERM');
    expect(screen.errors).toContain('\u001b[?25h');
    expect(kill).toHaveBeenCalledWith(process.pid, 'SIGTERM');
    expect(process.listenerCount('SIGTERM')).toBe(0);
  });

  test('writes nothing where there is no terminal', () => {
    setTerminal(false);
    const bar = new ProgressBar('{bar} {value}');
    bar.start(10);
    bar.update(5);
    jest.advanceTimersByTime(1000);
    bar.clear();
    expect(screen.errors).toBe('');
  });
});
