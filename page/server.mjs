/**
 * @typedef {{label: string, index: number, score: number}} Prediction
 * @typedef {{startSeconds: number, endSeconds: number, paddedSeconds: number, predictions: Prediction[]}} Window
 * @typedef {{frames: number, frameRate: number, sampling?: string}} Input
 * @typedef {{name: string, state: string, reason?: string, labels: string[], input: Input, task: string, canExplain: boolean}} Model
 * @typedef {{durationSeconds: number, [key: string]: unknown}} Video
 * @typedef {{video: Video, warnings: string[]}} Summary
 * @typedef {{height: number, width: number, data: number[]}} Map 0 to 1, row by row
 * @typedef {{top: number, left: number, height: number, width: number}} Area in shares of a frame
 * @typedef {{label: string, score: number, map: Map, area: Area}} Explanation
 */

/** What the server has against a request. */
export class ServerError extends Error {
  /** @param {number} status @param {string} code @param {string} message */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const keyName = 'kinetorch-key';

/** @param {string} key */
export const keepKey = (key) => sessionStorage.setItem(keyName, key);

/** Those that are loaded and tell labels, and whether others are on their way. */
export async function listModels() {
  const answer = await ask('v1/models', {});
  /** @type {{models: Model[]}} */
  const { models } = await answer.json();
  return {
    models: models.filter(({ state, labels }) => state === 'READY' && labels.length > 0),
    isLoading: models.length === 0 || models.some(({ state }) => state === 'LOADING'),
    known: models.map(({ name, reason = 'no labels' }) => `${name} (${reason})`),
  };
}

/**
 * Sends a video and gives its windows as the server finds them; returns what it says of the whole video.
 * @param {Blob} video
 * @param {Record<string, string>} options
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<Window, Summary, void>}
 */
export async function* classify(video, options, signal) {
  const answer = await ask(`v1/videos:classify?${new URLSearchParams(options)}`, {
    method: 'POST',
    headers: { accept: 'application/x-ndjson', 'content-type': video.type || 'application/octet-stream' },
    body: video,
    signal,
  });
  for await (const line of linesOf(/** @type {ReadableStream<Uint8Array>} */ (answer.body))) {
    const { segment, error, done, ...summary } = JSON.parse(line);
    if (error) throw new ServerError(answer.status, error.code, error.message);
    if (segment) yield segment;
    if (done) return summary;
  }
  throw new ServerError(answer.status, 'INCOMPLETE', 'The answer ended before it was whole.');
}

/**
 * Where the model looked at a moment of a video.
 * @param {Blob} video
 * @param {Record<string, string>} options
 * @param {AbortSignal} signal
 * @returns {Promise<Explanation>}
 */
export async function explain(video, options, signal) {
  const answer = await ask(`v1/videos:explain?${new URLSearchParams(options)}`, {
    method: 'POST',
    headers: { 'content-type': video.type || 'application/octet-stream' },
    body: video,
    signal,
  });
  return answer.json();
}

/** @param {string} path @param {RequestInit} request */
async function ask(path, request) {
  const key = sessionStorage.getItem(keyName);
  const headers = { ...request.headers, ...(key && { authorization: `Bearer ${key}` }) };
  const answer = await fetch(path, { ...request, headers }).catch((error) => {
    if (request.signal?.aborted) throw error;
    throw new ServerError(0, 'UNREACHABLE', 'The server cannot be reached, or it ended the connection.');
  });
  if (answer.ok) return answer;
  const { error } = await answer.json().catch(() => ({ error: null }));
  throw new ServerError(answer.status, error?.code ?? `HTTP ${answer.status}`, error?.message ?? answer.statusText);
}

/** @param {ReadableStream<Uint8Array>} body */
async function* linesOf(body) {
  const reader = body.pipeThrough(/** @type {any} */ (new TextDecoderStream())).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  if (rest.trim() !== '') yield rest;
}
