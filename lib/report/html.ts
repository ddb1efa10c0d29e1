import { escapeMarkup } from '../base/escapeMarkup';

/** Markup that needs no escaping any more. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** What the template below takes: markup as it is, everything else as text; nothing for `null` and `false`. */
export type HtmlValue = Html | string | number | null | false | readonly HtmlValue[];

/** A template of markup. Values are escaped, in content and in quoted attributes, unless they are markup themselves. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(strings.reduce((text, part, index) => text + textOf(values[index - 1] ?? null) + part));
}

function textOf(value: HtmlValue): string {
  if (value === null || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escapeMarkup(String(value));
  return value.map(textOf).join('');
}
