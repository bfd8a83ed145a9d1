/** Who is calling: the customer's card, its pinned alert, and what to show while it is not known. */
import { html, signal, useEffect, useState } from '../lib.js';
import { second, subscribe } from '../live.js';
import { fmt, has, t } from '../prefs.js';
import { Icon, Name, Phone } from '../ui.js';
import { viewing } from './model.js';
import { Chooser, NewCustomer } from './match.js';

const SLOW_MS = 300;
const GIVE_UP_MS = 3000;

/** The instant by which a day is shown: its noon, which is on that day in every time zone. */
const noonOf = (value) => (typeof value === 'number' ? value : Date.parse(/^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T12:00Z` : value));

/** A typed field of the customer, shown as its type says. */
export function FactValue({ fact }) {
  const { type, value } = fact;
  if (value == null || value === '') return html`<span class="dash">–</span>`;
  if (type === 'number') return html`<bdi class="ltr">${typeof value === 'number' ? fmt.value.number(value) : fmt.value.digits(value)}</bdi>`;
  if (type === 'date') {
    const ms = noonOf(value);
    return html`<span>${Number.isNaN(ms) ? value : fmt.value.dayMonthYear(ms)}</span>`;
  }
  if (type === 'link') {
    const web = /^https?:\/\//.test(value);
    return web ? html`<a href=${value} target="_blank" rel="noopener noreferrer"><bdi class="ltr">${value.replace(/^https?:\/\//, '')}</bdi></a>`
      : html`<bdi class="ltr">${value}</bdi>`;
  }
  return html`<${Name} text=${String(value)} />`;
}

const tierName = (tier) => (has(`tier.${tier}`) ? t(`tier.${tier}`) : tier);

/** What a field is called: as the importer wrote it, else by its key. */
function fieldName({ key, label }) {
  if (label) return label;
  const words = key.replaceAll('_', ' ');
  return has(`field.${key}`) ? t(`field.${key}`) : words.charAt(0).toLocaleUpperCase() + words.slice(1);
}

export function CustomerCard({ cust, match, onClose }) {
  const numbers = (cust.numbers ?? []).slice(1, 2);
  const facts = (cust.facts ?? []).slice(0, 5);
  const sub = [cust.organisation, cust.since ? t('cust.since', { date: fmt.value.monthYear(noonOf(cust.since)) }) : ''].filter(Boolean);
  return html`<section class="card who" aria-label=${t('cust.record')}>
    <div class="name"><h2><${Name} text=${cust.name} /></h2>
      ${cust.tier && html`<span class="tag vip"><${Icon} name="star" />${tierName(cust.tier)}</span>`}
      ${cust.code && html`<span class="tag">${t('cust.code')} <${Phone} text=${cust.code} /></span>`}
      ${(cust.tags ?? []).slice(0, 3).map((tag) => html`<span class="tag" key=${tag}><${Name} text=${tag} /></span>`)}</div>
    ${onClose ? html`<button class="btn s" onClick=${onClose}><${Icon} name="close" />${t('close')}</button>`
      : match === 'one' ? html`<div class="match"><${Icon} name="check" />${t('match.one')}</div>` : html`<span></span>`}
    ${sub.length ? html`<div class="sub">${sub.map((one, i) => html`${i ? ' · ' : ''}<${Name} text=${one} />`)}</div>` : null}
    ${(facts.length || numbers.length) ? html`<dl class="facts">
      ${facts.map((fact) => html`<div key=${fact.key}><dt><${Name} text=${fieldName(fact)} /></dt><dd title=${String(fact.value ?? '')}><${FactValue} fact=${fact} /></dd></div>`)}
      ${facts.length < 5 && numbers.map((n) => html`<div key=${n.e164}><dt>${n.label || t('cust.otherphone')}</dt><dd><${Phone} text=${n.national || n.e164} /></dd></div>`)}
    </dl>` : null}
  </section>`;
}

export function PinnedAlert({ alert }) {
  if (!alert) return null;
  const at = typeof alert.at === 'number' ? alert.at : Date.parse(alert.at);
  return html`<section class="alert" aria-label=${t('cust.alert')}><${Icon} name="warn" />
    <p><${Name} text=${alert.text} /> <small>${Number.isNaN(at) ? html`<${Name} text=${alert.by} />` : t('byline', { by: alert.by, when: whenInside(at) })}</small></p></section>`;
}

/** "Today 09:12", "Yesterday 17:40", "31 Shahrivar 11:05". */
export function whenShort(ms) {
  const days = fmt.value.dayNumber(second.value) - fmt.value.dayNumber(ms);
  const time = fmt.value.time(ms);
  if (days === 0) return t('when.today', { time });
  if (days === 1) return t('when.yesterday', { time });
  if (days === -1) return t('when.tomorrow', { time });
  return t('when.day', { day: fmt.value.dayMonth(ms), time });
}

/** The same inside a sentence: English writes "today" there. */
export function whenInside(ms) {
  const text = whenShort(ms);
  return fmt.value.lang === 'en' ? text.replace(/^[TY]/, (c) => c.toLowerCase()) : text;
}

/** The look-up is late: a skeleton of the final height, then the truth and a way to try again. */
function LookingUp({ card }) {
  const [age, setAge] = useState(0);
  useEffect(() => {
    setAge(0);
    const timers = [SLOW_MS, GIVE_UP_MS].map((ms) => setTimeout(() => setAge(ms), ms));
    return () => timers.forEach(clearTimeout);
  }, [card.id, card.match, retried.value]);
  const given = card.match === 'unavailable' || age >= GIVE_UP_MS;
  return html`<section class="card who waiting" aria-busy=${!given} aria-label=${t('cust.record')}>
    ${given ? html`<p class="plain"><${Icon} name="warn" />${t('match.unavailable')}
        <button class="btn s" onClick=${() => { retried.value += 1; subscribe(['agent']); }}>${t('retry')}</button></p>`
      : html`<div class="bones" aria-hidden="true"><i></i><i></i><i></i></div>${age >= SLOW_MS && html`<p class="plain soft">${t('match.pending')}</p>`}`}
  </section>`;
}
const retried = signal(0);

function Plain({ icon, title, text }) {
  return html`<section class="card who say"><h2><${Icon} name=${icon} />${title}</h2>${text && html`<p>${text}</p>`}</section>`;
}

/** The record area for a call, by what the look-up found. */
export function Record({ card }) {
  if (card.cust) return html`<${CustomerCard} cust=${card.cust} match=${card.match} /><${PinnedAlert} alert=${card.cust.alert} />`;
  if (card.match === 'pending' || card.match === 'unavailable') return html`<${LookingUp} card=${card} />`;
  if (card.match === 'many') return html`<${Chooser} key=${card.id} card=${card} />`;
  if (card.match === 'withheld') return html`<${Plain} icon="lock" title=${t('caller.private')} text=${t('match.withheld')} />`;
  if (card.match === 'internal') return html`<${Plain} icon="inner" title=${t('call.internal')} text=${t('match.internal')} />`;
  return html`<${NewCustomer} key=${card.id} card=${card} />`;
}

/** A customer looked up by hand. */
export function Viewed() {
  const cust = viewing.value;
  return html`<${CustomerCard} cust=${cust} onClose=${() => { viewing.value = null; }} /><${PinnedAlert} alert=${cust.alert} />`;
}
