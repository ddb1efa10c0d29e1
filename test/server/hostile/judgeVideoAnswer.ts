/** What must not be told of a file that nobody sent. */
export interface Secret {
  /** Of the video that is to be found nowhere. */
  width: number;
  height: number;
  /** Of the text. */
  words: string;
}

const refused = [400, 413, 422];

/** What is wrong with the answer to a video of an enemy's: nothing, if it is a document as it may be, or a typed error. */
export function judgeVideoAnswer(status: number, text: string, { width, height, words }: Secret): string[] {
  const shown = `${status}: ${text.slice(0, 300)}`;
  if (text.includes(words)) return [`a foreign text came back: ${shown}`];
  if (status !== 200) {
    const isTyped = /^\{"error":\{"code":"[A-Z_]+","message":"[^"]/.test(text);
    return refused.includes(status) && isTyped ? [] : [`no documented error: ${shown}`];
  }
  const { video, segments, predictions } = JSON.parse(text);
  if (video.width === width && video.height === height) return [`a foreign video came back: ${shown}`];
  const isVideo = [video.width, video.height, video.durationSeconds].every(
    (value) => value > 0 && Number.isFinite(value),
  );
  const areScores = (list: { score: number }[]) =>
    list.length > 0 && list.every(({ score }) => score >= 0 && score <= 1.000001);
  const areSegments = segments.every(
    ({
      startSeconds,
      endSeconds,
      predictions: own,
    }: {
      startSeconds: number;
      endSeconds: number;
      predictions: never[];
    }) => startSeconds >= 0 && endSeconds > startSeconds && areScores(own),
  );
  const isPlausible =
    isVideo && segments.length > 0 && areSegments && (predictions === undefined || areScores(predictions));
  return isPlausible ? [] : [`no plausible document: ${shown}`];
}
