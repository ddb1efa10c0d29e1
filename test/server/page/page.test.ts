import { existsSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { createServer } from '../../../lib/server/createServer';
import { findChromium } from '../../support/chromium';
import { root } from '../../support/runCli';
import { temporaryFolder } from '../../support/temporaryFolder';
import { FakeServer, segmentsOf, windowSeconds } from './fakeServer';

const video = join(root, 'examples', 'media', 'camera-moves.mp4');
const folder = temporaryFolder();
const chromium = findChromium();

(chromium === null ? describe.skip : describe)('in Chromium', () => {
  let browser: Browser;
  let server: FakeServer;
  let address: string;
  let page: Page;
  /** What the browser has against the page: errors, what its policy forbids, and requests to elsewhere. */
  let complaints: string[];

  beforeAll(async () => {
    // Without the sandbox: it cannot be set up for root, as which containers run.
    const args = ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
    browser = await puppeteer.launch({ executablePath: chromium as string, args });
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    server = new FakeServer();
    server.segments = segmentsOf(server.labels);
    address = await server.listen();
    complaints = [];
    page = await browser.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(address) && !/^(blob|data):/.test(request.url())) complaints.push(request.url());
    });
    await page.evaluateOnNewDocument(
      'addEventListener("securitypolicyviolation", ({ violatedDirective }) => console.error(violatedDirective))',
    );
    await page.setViewport({ width: 1240, height: 900 });
  });
  afterEach(async () => {
    await page.close();
    await server.close();
  });

  const text = (selector: string) => page.$eval(selector, (found) => found.textContent ?? '');
  const attribute = (selector: string, name: string) =>
    page.$eval(selector, (found, key) => found.getAttribute(key), name);
  const until = (condition: string) => page.waitForFunction(condition, { timeout: 30_000 });
  const time = () => page.evaluate('document.getElementById("video").currentTime') as Promise<number>;
  const isShown = (selector: string) =>
    page.$eval(selector, (found) => (found as unknown as { offsetHeight: number }).offsetHeight > 0);
  const labelAt = async () => (await attribute('#timeline', 'aria-valuetext'))?.split(', ')[1];

  /** Opens the page. */
  const visit = async () => {
    await page.goto(address);
    await until('!document.querySelector("select[name=model]").disabled');
  };
  const choose = async (path: string) => {
    const input = await page.$('input[type=file]');
    await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(path);
  };
  /** Opens the page and a video, and waits for its labels; the video stands still, at its beginning. */
  const begin = async () => {
    await visit();
    await choose(video);
    await until('document.getElementById("status").textContent.includes(" in ")');
    await page.evaluate('document.getElementById("video").pause()');
    await page.focus('#timeline');
    await page.keyboard.press('Home');
    await until('!document.getElementById("video").seeking');
  };
  /** A place on the timeline, by its time and its height. */
  const pointAt = async (seconds: number, y = 45) => {
    const box = await (await page.$('#timeline'))?.boundingBox();
    if (!box) throw new Error('expected a timeline');
    return { x: box.x + 12 + (seconds / (10 * windowSeconds)) * (box.width - 24), y: box.y + y };
  };

  test('a video plays from memory while its labels come in', async () => {
    let go = () => {};
    server.held = new Promise((resolve) => {
      go = resolve;
    });
    await visit();
    await choose(video);
    await until('document.querySelectorAll("#rows tr").length === 2');
    expect(await attribute('#video', 'src')).toMatch(/^blob:/);
    await until('document.getElementById("video").currentTime > 0.05');
    expect(await text('#status')).toBe('3 windows, 0:08.0 of 0:26.7');
    go();
    await until('document.getElementById("status").textContent.includes(" in ")');
    expect(await text('#status')).toMatch(/^10 windows, 5 segments in [\d.]+\ss$/);
    expect(await text('#told')).toBe(await text('#status'));
    expect(await text('#rows')).toBe(
      'pan left0:00.00:05.35.3 s80%tilt up0:05.30:10.75.3 s80%static0:10.70:16.05.3 s80%pan left0:16.00:21.35.3 s80%tilt up0:21.30:26.75.3 s80%',
    );
    const [asked] = server.asked;
    expect(asked?.accept).toBe('application/x-ndjson');
    expect(asked?.query).toEqual({ model: 'moves', topK: '3' });
    expect(asked?.body.equals(readFileSync(video))).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('a video may be dropped, and takes the place of the one before', async () => {
    server.held = new Promise(() => {});
    await visit();
    await choose(video);
    await until('document.querySelectorAll("#rows tr").length > 0');
    const drop = `(() => {
      const bytes = Uint8Array.from(atob(${JSON.stringify(readFileSync(video).toString('base64'))}), (one) => one.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], 'dropped.mp4', { type: 'video/mp4' }));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    })()`;
    server.held = Promise.resolve();
    await page.evaluate(drop);
    await until('document.getElementById("status").textContent.includes(" in ")');
    expect(await text('#status')).toMatch(/^10 windows, 5 segments/);
    const { size } = statSync(video);
    expect(server.asked.map(({ body }) => body.length)).toEqual([size, size]);
    // The first one's answer is not wanted any more, and the server hears of it.
    expect(server.gone).toBe(1);
    expect(complaints).toEqual([]);
  });

  test('a click and a drag on the timeline seek', async () => {
    await begin();
    const [first, second] = [await pointAt(7), await pointAt(17)];
    await page.mouse.click(first.x, first.y);
    expect(await time()).toBeCloseTo(7, 1);
    expect(await labelAt()).toBe('tilt up 80%');
    expect(await text('#labels .top')).toBe('tilt up80%');
    expect(await text('tr[aria-current] th')).toBe('tilt up');
    await page.mouse.move(first.x, first.y);
    await page.mouse.down();
    await page.mouse.move(second.x - 30, second.y, { steps: 5 });
    await page.mouse.move(second.x, second.y);
    await page.mouse.up();
    await until('!document.getElementById("video").seeking');
    expect(await time()).toBeCloseTo(17, 1);
    expect(await text('#tip')).toBe('0:17.0pan left 80%');
    expect(complaints).toEqual([]);
  });

  test('everything can be done with the keyboard', async () => {
    await begin();
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key as 'a');
      await until('!document.getElementById("video").seeking');
    };
    await press('ArrowRight', 'ArrowRight');
    expect(await time()).toBeCloseTo(2, 3);
    await press(']');
    expect(await time()).toBeCloseTo(2 * windowSeconds, 3);
    await press('PageDown', 'PageDown', '[');
    expect(await time()).toBeCloseTo(4 * windowSeconds, 3);
    await page.keyboard.down('Shift');
    await press('ArrowLeft');
    await page.keyboard.up('Shift');
    expect(await labelAt()).toBe('tilt up 80%');
    await press('j');
    expect(await time()).toBeCloseTo(4 * windowSeconds - 5.1, 3);
    await press('End');
    expect(await attribute('#timeline', 'aria-valuenow')).toBe('26.7');
    await press('Home', 'l', 'k');
    expect(await attribute('#toggle', 'aria-label')).toBe('Pause');
    await press('k');
    expect(await attribute('#toggle', 'aria-label')).toBe('Play');
    await press('m');
    expect(await page.evaluate('document.getElementById("video").muted')).toBe(false);
    // Where one types, letters are letters.
    await page.focus('input[name=topK]');
    await press('k', 'End');
    expect(await attribute('#toggle', 'aria-label')).toBe('Play');
    expect(complaints).toEqual([]);
  });

  test('a segment plays over and over until one leaves it', async () => {
    await begin();
    await page.click('#rows tr:nth-child(2) button.small');
    expect(await attribute('#repeat', 'aria-pressed')).toBe('true');
    expect(await attribute('#toggle', 'aria-label')).toBe('Pause');
    await page.evaluate('document.getElementById("video").playbackRate = 4');
    await until('document.getElementById("video").currentTime > 7.5');
    await until('document.getElementById("video").currentTime < 7');
    expect(await time()).toBeGreaterThanOrEqual(5.32);
    const elsewhere = await pointAt(17);
    await page.mouse.click(elsewhere.x, elsewhere.y);
    expect(await attribute('#repeat', 'aria-pressed')).toBe('false');
    expect(complaints).toEqual([]);
  });

  test('the timeline zooms by wheel, keys and buttons, and does not catch who scrolls by', async () => {
    await begin();
    const middle = await pointAt(7.5);
    await page.mouse.click(middle.x, middle.y);
    const scrolled = () => page.evaluate('scrollY') as Promise<number>;
    // At the left edge a click tells from when on the time is seen.
    const edge = async () => {
      const { x, y } = await pointAt(0);
      await page.mouse.click(x, y);
      await until('!document.getElementById("video").seeking');
      return time();
    };
    await page.mouse.move(middle.x, middle.y);
    await page.mouse.wheel({ deltaY: -400 });
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 400))');
    expect(await edge()).toBeGreaterThan(2);
    expect(await scrolled()).toBe(0);
    await page.click('#fit');
    expect(await edge()).toBeCloseTo(0, 1);
    await page.mouse.click(middle.x, middle.y);
    await page.keyboard.press('+');
    expect(await edge()).toBeGreaterThan(1);
    await page.keyboard.press('0');
    expect(await edge()).toBeCloseTo(0, 1);
    await page.mouse.move(middle.x, middle.y);
    await page.mouse.wheel({ deltaY: 200 });
    await until('scrollY > 100');
  });

  test('labels have curves that can be put away', async () => {
    await begin();
    const curves = () => page.$$eval('#labels button', (all) => all.map((one) => one.getAttribute('aria-pressed')));
    expect(await curves()).toEqual(['true', 'true', 'true']);
    const drawn = () => page.evaluate('document.querySelector("#timeline canvas").toDataURL().length');
    const before = await drawn();
    await page.click('#labels li:nth-child(1) button');
    expect(await curves()).toEqual(['false', 'true', 'true']);
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
    expect(await drawn()).not.toBe(before);
  });

  test('options go with the next video, and the same one may be asked again', async () => {
    await begin();
    expect(await isShown('#again')).toBe(false);
    await page.type('input[name=windowSeconds]', '2');
    await page.type('input[name=strideSeconds]', '0.5');
    await page.type('input[name=topK]', '1');
    await page.click('#again');
    await until('document.getElementById("again").hidden');
    await until('document.getElementById("status").textContent.includes(" in ")');
    const query = { model: 'moves', windowSeconds: '2', strideSeconds: '0.5', topK: '1' };
    expect(server.asked[1]?.query).toEqual(query);
    expect(await attribute('input[name=strideSeconds]', 'placeholder')).toBe('2');
    await page.type('input[name=topK]', '000');
    await page.keyboard.press('Enter');
    // More labels than there are: nothing is sent.
    expect(server.asked).toHaveLength(2);
  });

  test('files of what was seen', async () => {
    server.labels = ['=1+1', 'say "a, b"', '-x'];
    server.segments = segmentsOf(server.labels);
    await begin();
    const session = await page.createCDPSession();
    await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
    const download = async (button: string, name: string) => {
      await page.click(button);
      const path = join(folder, name);
      for (let tries = 0; tries < 100 && !existsSync(path); tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return readFileSync(path, 'utf8');
    };
    const csv = await download('#csv', 'camera-moves.csv');
    expect(csv.split('\r\n').slice(0, 4)).toEqual([
      'label,start_seconds,end_seconds,length_seconds,score',
      "'=1+1,0.000,5.333,5.333,0.8000",
      '"say ""a, b""",5.333,10.667,5.333,0.8000',
      "'-x,10.667,16.000,5.333,0.8000",
    ]);
    const json = JSON.parse(await download('#json', 'camera-moves.json'));
    expect(json.windows).toEqual(server.segments);
    expect(json.segments[0]).toEqual({ label: '=1+1', startSeconds: 0, endSeconds: 2 * windowSeconds, score: 0.8 });
    expect(json).toMatchObject({
      file: 'camera-moves.mp4',
      options: { model: 'moves' },
      video: { durationSeconds: 10 * windowSeconds },
    });
    await page.click('#windows');
    expect(await page.$$eval('#rows tr', ({ length }) => length)).toBe(10);
    await browser.defaultBrowserContext().overridePermissions(address, ['clipboard-read', 'clipboard-sanitized-write']);
    await page.bringToFront();
    await page.click('#copy');
    await until('document.getElementById("copy").textContent === "Copied"');
    const copied = (await page.evaluate('navigator.clipboard.readText()')) as string;
    expect(copied.split('\n')).toHaveLength(12);
    expect(copied.split('\n')[3]).toBe('say "a, b"\t5.333\t8.000\t2.667\t0.8000');
    expect(complaints).toEqual([]);
  });

  test('names are text, whatever is in them', async () => {
    const hostile = '<img src=x onerror="console.error(1)"><script>console.error(2)</script>';
    server.labels = [hostile, `${hostile}2`, 'x'.repeat(300)];
    server.segments = segmentsOf(server.labels);
    server.last = { error: { code: 'ERR', message: hostile } };
    await visit();
    await page.setViewport({ width: 360, height: 740 });
    await choose(video);
    await until('!document.getElementById("error").hidden');
    expect(await text('#labels .name')).toBe(hostile);
    expect(await text('#error')).toBe(`That did not work.${hostile} (ERR)`);
    expect(await page.$$eval('main script, main img', ({ length }) => length)).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    expect(complaints).toEqual([]);
  });

  test('what is no video is told, and the place for one stays', async () => {
    const path = join(folder, 'words.mp4');
    await writeFile(path, 'words');
    await visit();
    await choose(path);
    await until('!document.getElementById("error").hidden');
    expect(await text('#error')).toBe('The server cannot read this video.expected a video file (ERR_VIDEO_OPEN)');
    expect(await attribute('#error', 'role')).toBe('alert');
    expect(await isShown('#start')).toBe(true);
    // The browser itself tells of every answer that is not 2xx.
    expect(complaints).toEqual([expect.stringContaining('422')]);
    await choose(video);
    await until('document.getElementById("status").textContent.includes(" in ")');
    expect(await isShown('#error')).toBe(false);
  });

  test('labels of a video that the browser cannot play have a timeline all the same', async () => {
    const path = join(folder, 'strange.mp4');
    await writeFile(path, Buffer.concat([Buffer.from('\0\0\0\x08ftyp'), Buffer.alloc(500)]));
    await visit();
    await choose(path);
    await until('document.getElementById("status").textContent.includes(" in ")');
    const place = await pointAt(17);
    await page.mouse.click(place.x, place.y);
    expect(await labelAt()).toBe('pan left 80%');
    expect(await text('#clock')).toBe('0:17.0 / 0:26.7');
  });

  test('an answer that is cut off, and a server that is gone', async () => {
    server.last = { half: true };
    await visit();
    await choose(video);
    await until('!document.getElementById("error").hidden');
    expect(await text('#error')).toContain('INCOMPLETE');
    expect(await page.$$eval('#rows tr', ({ length }) => length)).toBe(5);
    await server.close();
    await page.click('#again');
    await until('document.getElementById("error").textContent.includes("UNREACHABLE")');
  });

  test('asks for a key where the server wants one', async () => {
    server.key = 'a-key-of-the-server';
    await page.goto(address);
    await until('!document.getElementById("key").hidden');
    await page.type('#key input', 'another');
    await page.keyboard.press('Enter');
    await until('document.querySelector("select[name=model]").disabled');
    await page.$eval('#key input', (input) => {
      (input as unknown as { value: string }).value = '';
    });
    await page.type('#key input', server.key);
    await page.keyboard.press('Enter');
    await until('!document.querySelector("select[name=model]").disabled');
    expect(await isShown('#key')).toBe(false);
    await choose(video);
    await until('document.getElementById("status").textContent.includes(" in ")');
  });

  test('waits for models that are loading, with a video in its hand', async () => {
    server.loads = 2;
    await page.goto(address);
    await until('!document.getElementById("loading").hidden');
    await choose(video);
    await until('document.getElementById("status").textContent.includes(" in ")');
    expect(await text('#status')).toMatch(/^10 windows/);
    expect(complaints).toEqual([]);
  });

  test('shows where the model looks, over the part of the frame that it saw', async () => {
    await begin();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('h');
    await until('!document.getElementById("map").hidden');
    expect(server.asked[1]?.query).toEqual({ model: 'moves', atSeconds: '1.000' });
    expect(await text('#caption')).toBe('Where it looks for tilt up · 75%');
    const [stage, map] = await Promise.all(['#stage', '#map'].map(async (id) => (await page.$(id))?.boundingBox()));
    if (!stage || !map) throw new Error('expected a map');
    // The picture is 4:3, with bars to its left and right; the model saw the middle half of its height.
    expect(map.height / stage.height).toBeCloseTo(0.5, 2);
    expect(map.width).toBeCloseTo((stage.height * 4) / 3, 0);
    expect(map.y - stage.y).toBeCloseTo(stage.height / 4, 0);
    await page.keyboard.press('k');
    expect(await isShown('#map')).toBe(false);
    expect(complaints).toEqual([]);
  });

  test('the camera is off until it is asked for; what it saw can be looked at again', async () => {
    server.segments = segmentsOf(server.labels).slice(0, 1);
    await visit();
    expect(await page.evaluate('document.getElementById("video").srcObject')).toBeNull();
    await page.click('#camera');
    await until('document.querySelectorAll("#rows tr").length > 0');
    expect(server.asked[0]?.query).toEqual({ model: 'moves', topK: '3', windowSeconds: '1.5', strideSeconds: '1.5' });
    await until('document.getElementById("timeline").ariaValueMax >= 3');
    await page.click('#stop');
    await until('document.getElementById("status").textContent.includes("recorded")');
    expect(await attribute('#video', 'src')).toMatch(/^blob:/);
    expect(await page.evaluate('document.getElementById("video").srcObject')).toBeNull();
    await page.focus('#timeline');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await until('document.getElementById("video").currentTime === 1');
    expect(await labelAt()).toBe('pan left 80%');
    expect(complaints).toEqual([]);
  });

  test('fits a desk and a phone, light and dark', async () => {
    await visit();
    const wide = () => page.evaluate('document.documentElement.scrollWidth');
    const look = async (width: number, scheme: string) => {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.setViewport({ width, height: 740 });
      expect(await wide()).toBe(width);
      const ground = (await page.evaluate('getComputedStyle(document.body).backgroundColor')) as string;
      expect(Number(ground.match(/\d+/)?.[0]) < 128).toBe(scheme === 'dark');
      // Each control is large enough for a finger, and says what it is.
      const small = `[...document.querySelectorAll("button, input, select")].filter((one) => one.offsetHeight > 0)
        .filter((one) => one.offsetHeight < 30 || one.offsetWidth < 24).map((one) => one.outerHTML)`;
      expect(await page.evaluate(small)).toEqual([]);
    };
    await look(360, 'dark');
    await choose(video);
    await until('document.getElementById("status").textContent.includes(" in ")');
    await look(360, 'light');
    await look(768, 'dark');
    await look(1240, 'light');
    const nameless =
      '[...document.querySelectorAll("button")].filter((one) => !one.ariaLabel && !one.textContent.trim())';
    expect(await page.evaluate(`${nameless}.length`)).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('the server itself: labels, a heat map, and the camera', async () => {
    await using real = await createServer({ port: 0, graceMs: 0, logLevel: 'silent' });
    address = await real.listen();
    await visit();
    await choose(video);
    await until('document.getElementById("status").textContent.includes(" in ")');
    const labels = await page.$$eval('#rows th', (all) => all.map((one) => one.textContent));
    expect(labels).toEqual(expect.arrayContaining(['static', 'pan right', 'tilt up', 'zoom in', 'shake']));
    await page.evaluate('document.getElementById("video").pause()');
    await page.click('#explain');
    await until('!document.getElementById("map").hidden');
    await page.evaluate('document.getElementById("camera").click()');
    await until('document.querySelectorAll("#rows tr").length > 0 && document.getElementById("video").srcObject');
    await page.click('#stop');
    await until('document.getElementById("status").textContent.includes("recorded")');
    expect(complaints).toEqual([]);
  });
});
