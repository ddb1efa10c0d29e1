import { Progress } from '../../lib/training/progress';

const event = { type: 'warning', message: '' } as const;

test('a failure of any thenable ends the run, whatever library its promise is of', async () => {
  const failing = {
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library
    then: (_: unknown, reject: (error: unknown) => void) => reject(new Error('display is gone')),
  };
  const progress = new Progress(() => failing as Promise<void>);
  progress.emit(event);
  await expect(progress.settle()).rejects.toThrow('display is gone');
  expect(() => progress.emit(event)).toThrow('display is gone');
});

test('settles with callbacks that give no promise', async () => {
  const progress = new Progress(() => {});
  progress.emit(event);
  await progress.settle();
});
