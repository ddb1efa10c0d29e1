import { byId, element } from './dom.mjs';
import { ServerError } from './server.mjs';

/** @type {Record<number, string>} */
const headings = {
  413: 'The video is too large.',
  422: 'The server cannot read this video.',
  429: 'Too many requests.',
  503: 'The server is busy.',
};

/** What went wrong, above all else; where a key is missing, the field for it. @param {unknown} error */
export function showError(error) {
  if (error instanceof ServerError && error.status === 401) {
    askForKey();
    return;
  }
  const { message } = /** @type {Error} */ (error);
  const [heading, detail] =
    error instanceof ServerError
      ? [headings[error.status] ?? 'That did not work.', `${message} (${error.code})`]
      : ['That did not work.', message];
  byId('error').replaceChildren(element('strong', {}, heading), element('span', {}, detail));
  byId('error').hidden = false;
}

export function hideError() {
  byId('error').hidden = true;
}

function askForKey() {
  byId('key').hidden = false;
  byId('key').querySelector('input')?.focus();
}
