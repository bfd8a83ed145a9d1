/** The agent desktop: puts the parts together and wires the keys. */
import { effect, html, render, useState } from '../lib.js';
import { begin, fmt, t } from '../prefs.js';
import { connect, fake, hello, phase, second, stale } from '../live.js';
import { commandOf } from '../keys.js';
import { FakeNotice } from '../chrome.js';
import { Rail as Places } from '../rail.js';
import { loadNames } from '../names.js';
import { Icon, Popover } from '../ui.js';
import { Voice } from '../voice.js';
import { agent, bar, beginDesk, current, openCall, viewing } from './model.js';
import { TopBar } from './topbar.js';
import { CallBar, titleOf, waitingCall } from './callbar.js';
import { Record, Viewed } from './record.js';
import { History } from './history.js';
import { DueStrip, FollowUps, MyDay, MyQueues } from './side.js';
import { Work, save } from './work.js';
import { closeSearch, searchField } from './search.js';

const KEYS = ['F2', 'F8', 'F9', 'Ctrl K', '1-8', 'Esc'];

function Rail() {
  const [open, setOpen] = useState(false);
  return html`<${Places} page="desk">
    <div class="holder"><button aria-label=${t('keys.title')} title=${t('keys.title')} aria-expanded=${open} onClick=${() => setOpen(!open)}><${Icon} name="help" /></button>
      <${Popover} open=${open} onClose=${() => setOpen(false)} label=${t('keys.title')} cls="keys">
        <h2>${t('keys.title')}</h2><dl>${KEYS.map((key) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${t(`keys.${key}`)}</dd></div>`)}</dl><//></div>
  <//>`;
}

function Main() {
  const data = agent.value;
  const card = current.value;
  if (hello.value && !hello.value.me?.agent) {
    return html`<main class="main"><section class="card who say"><h1><${Icon} name="user" />${t('noagent.title')}</h1><p>${t('noagent.text')}</p></section></main>`;
  }
  if (!data) return html`<main class="main" aria-busy="true"><h1 class="sr">${t('desk.title')}</h1><section class="card who waiting"><div class="bones"><i></i><i></i><i></i></div></section></main>`;
  const side = html`<${MyQueues} /><${MyDay} />`;
  // The caller in the bar is the page's title, as long as there is one.
  const title = bar.value.main ? null : html`<h1 class="sr">${t('desk.title')}</h1>`;
  if (viewing.value) {
    return html`<main class="main">${title}<div class="top-of"><${Viewed} /></div><div class="cols"><span></span><div class="side" role="region" tabindex="0" aria-label=${t('side.title')}>${side}</div></div></main>`;
  }
  if (card) {
    return html`<main class="main">${title}<div class="top-of"><${Record} card=${card} /></div><div class="cols">
      <${History} lines=${card.history ?? []} total=${card.history_n ?? 0} title=${t('history.title')} empty=${t('history.none')} />
      <div class="side" role="region" tabindex="0" aria-label=${t('side.title')}><${FollowUps} items=${card.open_followups ?? []} title=${t('followup.open')} />${side}</div></div></main>`;
  }
  return html`<main class="main">${title}<div class="top-of"><${FollowUps} wide items=${Object.values(data.followups ?? {})} title=${t('followup.today')} actions /></div>
    <div class="cols"><${History} own lines=${data.recent ?? []} total=${0} title=${t('history.own')} empty=${t('history.ownnone')} />
      <div class="side" role="region" tabindex="0" aria-label=${t('side.title')}>${side}</div></div></main>`;
}

function Offline() {
  if (phase.value === 'taken') return html`<div class="offline" role="status"><${Icon} name="warn" />${t('net.taken')}<button class="btn s" onClick=${() => location.reload()}>${t('net.resume')}</button></div>`;
  if (phase.value === 'reconnecting') return html`<div class="offline" role="status"><${Icon} name="warn" />${t('desk.reconnect')}</div>`;
  // The server is there and does not hear the telephone system: an agent it knows has no state then.
  const { agent: me, state } = agent.value ?? {};
  if (!me || state?.state !== 'unknown') return null;
  return html`<div class="offline" role="status"><${Icon} name="warn" />${t('wall.pbxdown', { name: me.id.split(':', 1)[0], time: fmt.value.time(state.since) })}</div>`;
}

function Desk() {
  return html`<div class="desk ${stale.value ? 'is-stale' : ''} ${fake.value ? 'has-demo' : ''}">
    <${FakeNotice} /><${Rail} /><${TopBar} />
    <div class="calls"><${Offline} /><${CallBar} /></div>
    <${Main} /><${Work} /><div class="bottom"><${DueStrip} /></div>
    <${Voice} />
  </div>`;
}

function onKey(event) {
  const command = commandOf(event);
  if (!command) return;
  if (command === 'close') {
    if (viewing.peek()) viewing.value = null;
    closeSearch();
    return;
  }
  event.preventDefault();
  if (command === 'notes') /** @type {HTMLElement | null} */ (document.querySelector('textarea[data-note="shown"]'))?.focus();
  if (command === 'search') { searchField.current?.focus(); searchField.current?.select(); }
  if (command === 'save') save();
  if (command === 'open') {
    const waiting = waitingCall();
    if (waiting) openCall(waiting.id, true);
  }
}

await begin();
beginDesk();
render(html`<${Desk} />`, /** @type {HTMLElement} */ (document.getElementById('app')));
addEventListener('keydown', onKey);
effect(() => {
  const due = Object.values(agent.value?.followups ?? {}).filter((one) => Date.parse(one.due_at) <= second.value || one.due_at <= second.value).length;
  document.title = titleOf(due);
});
connect(['agent:me', 'queues:mine']);
loadNames();
