/** For an administrator: what the telephone system said of this call, folded, read when opened. */
import { html, signal } from '../lib.js';
import { read } from '../api.js';
import { ascii } from '../fmt.js';
import { fmt, t } from '../prefs.js';
import { Icon } from '../ui.js';
import { Bones, Trouble } from '../office.js';

const seen = signal(/** @type {any} */ (null));
const state = signal('closed');

async function load(path) {
  state.value = 'reading';
  const answer = await read(path);
  seen.value = answer.ok ? answer.body : null;
  state.value = answer.ok ? 'there' : 'failed';
}

/** The headers that tell most, in one line. */
const TELLING = ['Queue', 'Channel', 'DestChannel', 'MemberName', 'Variable', 'Value', 'DialStatus', 'Cause-txt', 'Application'];
const stamp = (at) => `${ascii(fmt.value.timeSeconds(Date.parse(at)))}.${at.slice(20, 23)}`;

function Event({ event }) {
  const headers = event.headers;
  const name = headers.find(([key]) => key === 'Event')?.[1] ?? '?';
  const gist = TELLING.map((key) => headers.find(([each]) => each === key)?.[1]).filter(Boolean).slice(0, 3).join('  ');
  return html`<li><details><summary><time>${stamp(event.at)}</time><b>${name}</b><span>${gist}</span></summary>
    <pre tabindex="0">${headers.map(([key, value]) => `${key}: ${value}`).join('\n')}</pre></details></li>`;
}

function Body({ path }) {
  if (state.value === 'reading') return html`<div class="body" aria-busy="true"><p class="sr" role="status">${t('events.reading')}</p><${Bones} n=${4} /></div>`;
  if (state.value === 'failed') return html`<${Trouble} text=${t('events.failed')} onRetry=${() => load(path)} />`;
  if (!seen.value) return null;
  if (seen.value.state !== 'kept') return html`<p class="body soft" role="status">${t(`events.${seen.value.state}`)}</p>`;
  return html`<p class="body soft" role="status">${t('events.n', { n: seen.value.events.length })}${seen.value.scrubbed ? html`<br />${t('events.scrubbed')}` : ''}</p>
    <ol class="raw" dir="ltr">${seen.value.events.map((event, i) => html`<${Event} key=${i} event=${event} />`)}</ol>
    ${seen.value.more && html`<p class="body soft">${t('events.more')}</p>`}`;
}

/** @param {{path: string}} props */
export function RawEvents({ path }) {
  return html`<details class="card events" onToggle=${(event) => event.target === event.currentTarget && event.currentTarget.open && state.peek() === 'closed' && load(path)}>
    <summary><${Icon} name="chevron" cls="mir" /><h2>${t('events.title')}</h2></summary><${Body} path=${path} /></details>`;
}
