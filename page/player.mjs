/**
 * A video and its time. The time goes on being known where the browser cannot play the file: then it is what one has sought.
 */
export class Player {
  /** The part that is played over and over. @type {{start: number, end: number} | null} */
  loop = null;
  /** Whether the browser can play it. */
  canPlay = true;
  /** Once it is known whether it can. @type {Promise<unknown>} */
  known = Promise.resolve();
  /** Of a recording, whose file does not say how long it is. @type {number | null} */
  knownDuration = null;
  #time = 0;
  #frame = 0;
  /** @type {number | null} */
  #wanted = null;
  /** @type {string | null} */
  #address = null;

  /**
   * @param {HTMLVideoElement} video
   * @param {{onTime: (time: number) => void, onDuration: (seconds: number) => void, onState: () => void}} events
   */
  constructor(video, { onTime, onDuration, onState }) {
    this.video = video;
    this.onTime = onTime;
    const told = () => {
      if (Number.isFinite(this.duration) && this.duration > 0) onDuration(this.duration);
    };
    video.addEventListener('loadedmetadata', () => {
      // Of audio, or of a codec that the browser lacks, there is a length but no picture.
      this.canPlay = video.srcObject !== null || video.videoWidth > 0;
      // Sought before there was anything to be sought in.
      if (this.#time > 0) this.seek(this.#time);
      told();
      onState();
    });
    video.addEventListener('durationchange', told);
    video.addEventListener('error', () => {
      if (!video.getAttribute('src')) return;
      this.canPlay = false;
      onState();
    });
    for (const event of ['play', 'pause', 'ended', 'volumechange']) video.addEventListener(event, onState);
    video.addEventListener('play', () => this.#tick());
    video.addEventListener('seeked', () => {
      if (this.#wanted !== null) this.seek(this.#wanted);
    });
  }

  get time() {
    return this.#time;
  }

  get duration() {
    return this.knownDuration ?? this.video.duration;
  }

  get isPlaying() {
    return !this.video.paused && this.canPlay;
  }

  /** Plays what is in memory. @param {Blob} file @param {number | null} knownDuration */
  open(file, knownDuration) {
    this.close();
    this.knownDuration = knownDuration;
    this.#address = URL.createObjectURL(file);
    this.known = new Promise((resolve) => {
      for (const event of ['loadedmetadata', 'error']) this.video.addEventListener(event, resolve, { once: true });
    });
    this.video.src = this.#address;
  }

  close() {
    this.video.pause();
    this.video.srcObject = null;
    this.video.removeAttribute('src');
    this.video.load();
    if (this.#address !== null) URL.revokeObjectURL(this.#address);
    this.#address = null;
    this.loop = null;
    this.canPlay = true;
    this.#time = 0;
    this.#wanted = null;
  }

  async play() {
    if (this.video.ended) this.seek(this.loop?.start ?? 0);
    // Refused where the page has not been touched yet, or cut short by a pause: it just stands still.
    await this.video.play().catch(() => {});
  }

  toggle() {
    if (this.video.paused) void this.play();
    else this.video.pause();
  }

  /** @param {number} time seconds */
  seek(time) {
    this.#time = Math.max(0, time);
    // A drag asks for more pictures than are decoded: the last one asked for is the one that is shown.
    if (this.video.seeking) {
      this.#wanted = this.#time;
    } else {
      this.#wanted = null;
      if (this.video.readyState > 0) this.video.currentTime = this.#time;
    }
    this.onTime(this.#time);
  }

  #tick() {
    const { video, loop } = this;
    cancelAnimationFrame(this.#frame);
    if (video.srcObject !== null) return;
    if (!video.seeking) this.#time = video.currentTime;
    if (loop !== null && (this.#time >= loop.end || video.ended)) {
      this.seek(loop.start);
      void this.play();
    } else {
      this.onTime(this.#time);
    }
    if (!video.paused) this.#frame = requestAnimationFrame(() => this.#tick());
  }
}
