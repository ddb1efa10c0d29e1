// Makes the pictures of the server's page that the docs show, with an installed Chromium:
//
//   kinetorch serve --port 8000 &
//   node scripts/docs/pagePictures.mjs http://127.0.0.1:8000
//
// docs/serving-page.png is a desk's, docs/serving-page-phone.png a phone's.

import puppeteer from 'puppeteer-core';
import { inProject } from '../setup/project.mjs';

const [address = 'http://127.0.0.1:8000', folder = inProject('docs')] = process.argv.slice(2);
const video = inProject('examples', 'media', 'camera-moves.mp4');

const desk = { file: 'serving-page.png', width: 1000, height: 820, scheme: 'light' };
const phone = { file: 'serving-page-phone.png', width: 390, height: 844, scheme: 'dark' };

const browser = await puppeteer.launch({
  executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  for (const { file, width, height, scheme } of [desk, phone]) {
    const page = await browser.newPage();
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.setViewport({ width, height });
    await page.goto(address);
    await page.waitForSelector('select[name=model]:not(:disabled)');
    // Windows that overlap tell more exactly when one label ends and the next begins.
    await page.type('input[name=strideSeconds]', '0.5');
    const input = await page.$('#file');
    await input?.uploadFile(video);
    await page.waitForFunction("document.getElementById('status').textContent.includes(' in ')", { timeout: 60_000 });
    await page.evaluate("document.getElementById('video').pause()");
    await page.focus('#timeline');
    await page.keyboard.press('Home');
    for (let step = 0; step < 5; step++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('r');
    await page.keyboard.down('Shift');
    for (let step = 0; step < 4; step++) await page.keyboard.press('ArrowRight');
    await page.keyboard.up('Shift');
    await page.evaluate('document.activeElement.blur(); scrollTo(0, 0)');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await page.screenshot({ path: `${folder}/${file}` });
    await page.close();
  }
} finally {
  await browser.close();
}
