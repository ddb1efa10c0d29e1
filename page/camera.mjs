/** Opens the camera, without sound. @returns {Promise<MediaStream>} */
export async function openCamera() {
  if (!navigator.mediaDevices) {
    throw new Error('A browser lends its camera only to a page that came over https, or from this machine.');
  }
  return navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 640 } }, audio: false });
}

/**
 * Records until it is stopped: one piece after the other, each a video of its own, and all of it once more as one.
 * @param {MediaStream} stream
 * @param {number} seconds length of a piece
 * @param {(piece: Blob, startSeconds: number) => void} onPiece
 */
export function record(stream, seconds, onPiece) {
  const begun = performance.now();
  const elapsed = () => (performance.now() - begun) / 1000;
  const whole = recorder(stream);
  let isOver = false;

  const next = () => {
    const start = elapsed();
    const piece = recorder(stream);
    setTimeout(async () => {
      const stopped = piece.stop();
      if (isOver) return;
      // The next begins as this one ends, and not once it is written.
      next();
      onPiece(await stopped, start);
    }, seconds * 1000);
  };
  next();

  return {
    elapsed,
    /** Gives all that was recorded. */
    async stop() {
      isOver = true;
      const length = elapsed();
      const blob = await whole.stop();
      for (const track of stream.getTracks()) track.stop();
      return { blob, length };
    },
  };
}

/** @param {MediaStream} stream */
function recorder(stream) {
  const made = new MediaRecorder(stream);
  /** @type {Blob[]} */
  const parts = [];
  made.addEventListener('dataavailable', ({ data }) => parts.push(data));
  const stopped = new Promise((resolve) => made.addEventListener('stop', resolve));
  made.start();
  return {
    /** @returns {Promise<Blob>} */
    async stop() {
      if (made.state !== 'inactive') made.stop();
      await stopped;
      return new Blob(parts, { type: made.mimeType.split(';', 1)[0] });
    },
  };
}
