import type { ServerEvent } from '../http/answerEvents';
import type { RequestRecord } from '../http/requestRecord';
import type { AnswerCache } from '../models/answerCache';
import type { ModelStatistics } from '../models/modelStatistics';

/** Answers that are kept are no larger than the room for this many: as many may be gathered at once, and none drives out all others. */
const sharers = 16;

/** What is told of the caching of an answer. */
interface Told {
  record: RequestRecord;
  statistics: ModelStatistics;
}

/**
 * What is told of a video: as it was kept under this key, else as `run` tells it. That is kept as soon as all of it was told, as
 * text, whose size is known. Without a key nothing is.
 */
export async function* keptEvents(
  answers: AnswerCache,
  key: string | null,
  { record, statistics }: Told,
  run: () => AsyncGenerator<ServerEvent, void>,
): AsyncGenerator<ServerEvent, void> {
  if (key === null) {
    yield* run();
    return;
  }
  const askedAt = performance.now();
  const kept = answers.get<readonly string[]>(key);
  record.isCached = kept !== undefined;
  statistics.lookedUp(record.isCached, performance.now() - askedAt);
  if (kept !== undefined) {
    for (const text of kept) yield JSON.parse(text);
    return;
  }
  let texts: string[] | null = [];
  let bytes = 0;
  for await (const event of run()) {
    yield event;
    if (texts === null) continue;
    const text = JSON.stringify(event);
    texts.push(text);
    bytes += Buffer.byteLength(text);
    if (!answers.hasRoomFor(sharers * bytes)) texts = null;
  }
  if (texts !== null) answers.set(key, texts, bytes);
}
