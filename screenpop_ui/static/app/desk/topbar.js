/** The top strip: own state, pause, search, connection, date, clock, preferences. */
import { html, signal, useState } from '../lib.js';
import { command, hello, online, second } from '../live.js';
import { fmt, lang, t } from '../prefs.js';
import { ClockFace, Icon, Name, Popover, Timer } from '../ui.js';
import { STATE_ICON } from '../icons.js';
import { NetChip, Preferences } from '../chrome.js';
import { agent, bar, errorText, onCall } from './model.js';
import { say } from '../voice.js';
import { Search } from './search.js';

/** The state asked for and not yet confirmed: shown hollow, taken back when refused. */
const wanted = signal(/** @type {{state: string, reason: string} | null} */ (null));
/** A pause asked for during a call. */
const later = signal('');

async function setState(state, reason = '') {
  wanted.value = { state, reason };
  const busy = onCall.peek();
  const result = await command('state.set', { state, reason });
  wanted.value = null;
  if (result.ok) later.value = busy && state === 'paused' ? reason : '';
  else say(result.code === 'offline' ? t('cmd.offline') : errorText(result), 'warn');
}

const reasonName = (code) => {
  const reason = agent.value?.pause_reasons?.find((one) => one.code === code);
  return reason ? reason[lang.value] || reason.en : code;
};

function StateMark() {
  const state = agent.value?.state;
  if (!state) return html`<div class="state skeleton" aria-hidden="true"></div>`;
  const hollow = wanted.value;
  const name = hollow?.state ?? state.state;
  const limit = agent.value.pause_reasons?.find((one) => one.code === state.reason)?.limit_s;
  const over = !hollow && state.state === 'paused' && limit && second.value - state.since > limit * 1000;
  const reason = hollow ? hollow.reason : state.reason;
  return html`<div class="state s-${name} ${hollow ? 'hollow' : ''} ${over ? 'over' : ''}">
    <${Icon} name=${over ? 'warn' : STATE_ICON[name] ?? 'help'} solid=${!hollow && ['ready', 'talking'].includes(name) && !over} />
    <span class="what">${t(`state.${name}`)}${name === 'paused' && reason ? html` · <${Name} text=${reasonName(reason)} />` : ''}</span>
    ${over && html`<span class="sr">${t('state.over')}</span>`}
    ${!hollow && state.since && html`<span class="since"><${Timer} since=${state.since} /></span>`}
  </div>`;
}

function StateControl() {
  const [open, setOpen] = useState(false);
  const state = agent.value?.state;
  if (!state?.can_set || state.state === 'signed_out') return null;
  const paused = state.state === 'paused';
  const pick = (name, reason) => { setOpen(false); setState(name, reason); };
  const label = paused ? t('state.change') : bar.value.main && bar.value.main.phase !== 'wrap_up' ? t('pause.after') : t('pause.start');
  return html`<div class="holder">
    <button class="btn" aria-expanded=${open} disabled=${!online.value} onClick=${() => setOpen(!open)}>
      <${Icon} name="pause" />${later.value ? html`${t('pause.asked')} · <${Name} text=${reasonName(later.value)} />` : label}
      <${Icon} name="down" cls="small" /></button>
    <${Popover} open=${open} onClose=${() => setOpen(false)} label=${label}>
      <ul class="menu">
        ${(paused || later.value) && html`<li><button onClick=${() => pick('ready', '')}><${Icon} name="disc" cls="c-ok" />${t('state.ready')}</button></li>`}
        ${(agent.value.pause_reasons ?? []).map((one) => html`<li key=${one.code}><button aria-pressed=${paused && state.reason === one.code}
          onClick=${() => pick('paused', one.code)}><${Icon} name="pause" cls="c-pause" /><${Name} text=${one[lang.value] || one.en} />
          ${one.limit_s ? html`<small>${t('pause.limit', { n: Math.round(one.limit_s / 60) })}</small>` : null}</button></li>`)}
      </ul>
    <//>
  </div>`;
}

export function TopBar() {
  return html`<header class="top">
    <${StateMark} /><${StateControl} /><${Search} />
    <span class="grow"></span>
    <${NetChip} />
    <span class="date">${second.value ? fmt.value.fullDate(second.value) : ''}</span>
    <${ClockFace} />
    <${Preferences} name=${agent.value?.agent?.name ?? hello.value?.me?.name ?? ''} />
  </header>`;
}
