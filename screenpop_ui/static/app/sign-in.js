/** Sign-in: one form. Language and theme can be chosen before anybody is known. */
import { html, render, useRef, useState } from './lib.js';
import { begin, lang, t } from './prefs.js';
import { effect } from './lib.js';
import { signIn } from './api.js';
import { Choices, FakeNotice } from './chrome.js';
import { Icon } from './ui.js';

const WHY = { 401: 'signin.wrong', 403: 'signin.forbidden', 429: 'signin.throttled', 0: 'signin.offline' };

function SignIn() {
  const [error, setError] = useState('');
  const [wait, setWait] = useState(0);
  const [busy, setBusy] = useState(false);
  const user = useRef(/** @type {HTMLInputElement | null} */ (null));
  const password = useRef(/** @type {HTMLInputElement | null} */ (null));
  const submit = async (event) => {
    event.preventDefault();
    const name = user.current?.value.trim() ?? '';
    const secret = password.current?.value ?? '';
    if (!name || !secret) {
      setError('signin.both');
      (name ? password : user).current?.focus();
      return;
    }
    setBusy(true);
    const answer = await signIn(name, secret);
    if (answer.ok) {
      location.assign('/');
      return;
    }
    setBusy(false);
    setWait(answer.retryAfter || 60);
    setError(WHY[answer.status] ?? 'signin.failed');
    password.current?.select();
  };
  const described = error ? 'signin-error' : undefined;
  return html`<${FakeNotice} /><main class="gate">
    <section class="card">
      <div class="brand"><span class="mark"><${Icon} name="wave" /></span><h1>${t('signin.title')}</h1></div>
      <form onSubmit=${submit} novalidate>
        <label class="field"><span>${t('signin.user')}</span><input ref=${user} name="user" dir="ltr" autocomplete="username" autocapitalize="none" spellcheck=${false} autofocus aria-describedby=${described} /></label>
        <label class="field"><span>${t('signin.password')}</span><input ref=${password} name="password" type="password" dir="ltr" autocomplete="current-password" aria-describedby=${described} /></label>
        <p class="bad" id="signin-error" role="alert">${error && html`<${Icon} name="warn" />${t(error, { n: wait })}`}</p>
        <button class="go" disabled=${busy}>${t('signin.go')}</button>
      </form>
    </section>
    <div class="choices"><${Choices} save=${false} /></div>
  </main>`;
}

await begin();
render(html`<${SignIn} />`, /** @type {HTMLElement} */ (document.getElementById('app')));
effect(() => { void lang.value; document.title = t('signin.title'); });
