import { slidingWindow, spreadWindows } from '../../lib/model/clipWindows';
import { sharedWindow } from '../../lib/model/sharedWindow';

test('one network has its own windows', () => {
  const input = { frames: 16, frameRate: 15 };
  const [shared] = spreadWindows([input], 10, 1);
  expect(shared).toEqual({ window: { startSeconds: (10 - 16 / 15) / 2, frames: 16, frameRate: 15 } });
  expect(slidingWindow([input], undefined, 0.5)).toEqual({
    slide: { frames: 16, frameRate: 15, strideSeconds: 0.5 },
    picks: undefined,
  });
  expect(slidingWindow([input], 2)).toMatchObject({ slide: { frameRate: 8, strideSeconds: 2 } });
});

test('frames that two networks see are decoded once', () => {
  const { window, picks } = sharedWindow([
    { startSeconds: 1, frames: 4, frameRate: 4 },
    { startSeconds: 1.5, frames: 4, frameRate: 8 },
  ]);
  expect(window).toEqual({ startSeconds: 1, frames: 6, frameRate: 6, offsets: [0, 0.25, 0.5, 0.625, 0.75, 0.875] });
  expect(picks).toEqual([
    [0, 1, 2, 4],
    [2, 3, 4, 5],
  ]);
});

test('a window lasts as long as the longest clip, and shorter ones lie in its middle', () => {
  const { slide, picks } = slidingWindow([
    { frames: 2, frameRate: 4 },
    { frames: 4, frameRate: 2 },
  ]);
  expect(slide).toEqual({ frames: 5, frameRate: 2.5, strideSeconds: 2, offsets: [0, 0.5, 0.75, 1, 1.5] });
  expect(picks).toEqual([
    [2, 3],
    [0, 1, 3, 4],
  ]);
});

test('of a short video a network with fewer views sees them again', () => {
  const views = spreadWindows(
    [
      { frames: 4, frameRate: 4 },
      { frames: 8, frameRate: 4 },
    ],
    2,
    3,
  );
  expect(views).toHaveLength(3);
  for (const { window, picks } of views) {
    expect(window).toMatchObject({ startSeconds: 0, frames: 8, frameRate: 4 });
    expect(picks?.[1]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  }
  expect(views.map(({ picks }) => picks?.[0]?.[0])).toEqual([0, 2, 4]);
});
