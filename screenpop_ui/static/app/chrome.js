/** Parts around every page: the demo notice, the connection chip, preferences. */
import { html, useState } from './lib.js';
import { delaySeconds, fake, fresh, hello, lastHeard, phase } from './live.js';
import { LANGUAGES, fmt, lang, setLanguage, setTheme, t, theme } from './prefs.js';
import { signOut } from './api.js';
import { Icon, Name, Popover } from './ui.js';

/** Said on every page, calmly and always: these calls are not real. */
export function FakeNotice({ long = true }) {
  if (!fake.value) return null;
  return html`<div class="demo" role="region" aria-label=${t('demo.title')}><${Icon} name="flask" /><strong>${t('demo.title')}</strong>
    ${long && html`<span>${t('demo.text')}</span>`}</div>`;
}

export function NetChip() {
  const [kind, icon, text] = netWords();
  return html`<div class="live ${kind}"><${Icon} name=${icon} /><span>${text}</span></div>`;
}

function netWords() {
  if (phase.value === 'connecting') return ['wait', 'struck', t('net.connecting')];
  if (phase.value === 'taken') return ['bad', 'warn', t('net.taken')];
  if (phase.value === 'revoked') return ['bad', 'warn', t('net.revoked')];
  if (fresh.value === 'stale' || fresh.value === 'lost') {
    return ['bad', 'warn', t('net.last', { time: fmt.value.timeSeconds(lastHeard.value) })];
  }
  if (phase.value === 'reconnecting') return ['slow', 'warn', t('net.reconnecting')];
  if (fresh.value === 'delayed') return ['slow', 'warn', t('live.delayed', { n: delaySeconds.value })];
  return ['good', 'disc', t('net.ok')];
}

/** Language, theme and leaving, behind the user's name. */
export function Preferences({ name }) {
  const [open, setOpen] = useState(false);
  const leave = async () => {
    await signOut();
    location.assign('/sign-in');
  };
  return html`<div class="holder">
    <button class="me" aria-expanded=${open} onClick=${() => setOpen(!open)} title=${t('prefs.title')}>
      <span class="face" aria-hidden="true">${[...name.trim()][0] ?? ''}</span><${Name} text=${name || t('prefs.title')} />
      <${Icon} name="down" cls="small" /></button>
    <${Popover} open=${open} onClose=${() => setOpen(false)} label=${t('prefs.title')} cls="end">
      <${Choices} />
      ${hello.value?.me && html`<button class="btn wide" onClick=${leave}><${Icon} name="out" cls="mir" />${t('prefs.signout')}</button>`}
    <//>
  </div>`;
}

/** The two groups of choices; `save` is false before somebody has signed in. */
export function Choices({ save = true }) {
  return html`<fieldset class="pick"><legend>${t('prefs.language')}</legend>
      ${Object.entries(LANGUAGES).map(([code, own]) => html`<button type="button" key=${code} lang=${code} class="chip ${lang.value === code ? 'on' : ''}"
        aria-pressed=${lang.value === code} onClick=${() => setLanguage(/** @type {any} */ (code), save)}>${own}</button>`)}
    </fieldset>
    <fieldset class="pick"><legend>${t('prefs.theme')}</legend>
      ${['light', 'dark', 'auto'].map((one) => html`<button type="button" key=${one} class="chip ${theme.value === one ? 'on' : ''}"
        aria-pressed=${theme.value === one} onClick=${() => setTheme(/** @type {any} */ (one), save)}>${t(`theme.${one}`)}</button>`)}
    </fieldset>`;
}
