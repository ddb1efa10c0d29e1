import { basename, isAbsolute } from 'node:path';
import type { SkippedSample } from '../dataset/types';
import { type Html, html } from './html';
import type { ReportedRun } from './types';

/** Versions, options and input of a run, for a person. */
export function settings({ options, input, kinetorch, libtorch, node }: ReportedRun): Html {
  const versions = { kinetorch, libtorch, 'node.js': node };
  return html`<section id="settings"><h2>Settings</h2>
<div class="columns">${facts({ ...options, input: undefined })}${facts({ ...flat('input', input), ...versions })}</div></section>`;
}

/** Samples that could not be loaded, and why. */
export function skippedList(skipped: readonly SkippedSample[]): Html {
  return html`<section id="skipped"><h2>Left out</h2><p class="note">These samples could not be loaded.</p>
<div class="scroll"><table><thead><tr><th scope="col">sample</th><th scope="col" class="text">reason</th></tr></thead>
<tbody>${skipped.map(({ name, reason }) => html`<tr><th scope="row" class="path">${name}</th><td class="text">${reason}</td></tr>`)}</tbody></table></div></section>`;
}

function facts(values: object): Html {
  const known = Object.entries(values).flatMap(([name, value]) => flatEntries(name, value));
  return html`<dl>${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function flat(name: string, value: unknown): Record<string, string> {
  return Object.fromEntries(flatEntries(name, value));
}

/** `augment: { mixup: 0.2 }` as `augment.mixup` and `0.2`; what is empty is left out, of a path all but the last name. */
function flatEntries(name: string, value: unknown): [string, string][] {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return value.length === 0 ? [] : [[name, value.join(', ')]];
  if (typeof value === 'string') return [[name, isAbsolute(value) ? basename(value) : value]];
  if (typeof value !== 'object') return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flatEntries(`${name}.${key}`, inner));
}
