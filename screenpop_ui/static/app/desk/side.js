/** The side column: open follow-ups, my queues, my day. */
import { html } from '../lib.js';
import { command, online, second } from '../live.js';
import { fmt, t, titled } from '../prefs.js';
import { Dur, Icon, Name, Timer, levelWord } from '../ui.js';
import { agent, errorText, queues } from './model.js';
import { say } from '../voice.js';
import { whenInside } from './record.js';

const msOf = (value) => (typeof value === 'number' ? value : Date.parse(value));

async function act(name, args) {
  const result = await command(name, args);
  if (!result.ok) say(errorText(result), 'warn');
}
export const followupDone = (id) => act('followup.done', { id });
export const followupLater = (id) => act('followup.later', { id, due_at: Math.floor(second.peek() / 1000) * 1000 + 15 * 60_000 });

/** Follow-ups with a time; overdue ones say so in a word, not only in red. */
export function FollowUps({ items, title, actions = false, wide = false }) {
  const sorted = [...items].sort((a, b) => msOf(a.due_at) - msOf(b.due_at));
  return html`<section class="card todo ${wide ? 'wide' : ''}" aria-label=${title}>
    <header><h2>${title}</h2><span>${fmt.value.number(sorted.length)}</span></header>
    ${sorted.length ? html`<ul>${sorted.map((one) => {
      const due = msOf(one.due_at);
      const over = due <= second.value;
      return html`<li key=${one.id}><div><b><${Name} text=${one.text || t('followup.notext')} /></b>
        <small class=${over ? 'due' : ''}><${Icon} name=${over ? 'warn' : 'clock'} />${t(over ? 'followup.overdue' : 'followup.due', { time: whenInside(due) })}
          ${one.customer && html`<span>· <${Name} text=${typeof one.customer === 'string' ? one.customer : one.customer.name} /></span>`}</small></div>
        ${actions && html`<div class="acts"><button class="btn s" disabled=${!online.value} onClick=${() => followupLater(one.id)}>${t('followup.later')}</button>
          <button class="btn s" disabled=${!online.value} onClick=${() => followupDone(one.id)}><${Icon} name="check" />${t('followup.done')}</button></div>`}</li>`;
    })}</ul>` : html`<p class="none">${t('followup.none')}</p>`}
  </section>`;
}

export function MyQueues() {
  const list = Object.entries(queues.value?.queues ?? {});
  return html`<section class="card team" aria-label=${t('queues.mine')}>
    <header><h2>${t('queues.mine')}</h2></header>
    ${list.length ? html`<ul>${list.map(([id, q]) => html`<li key=${id} class=${q.level === 'warn' || q.level === 'crit' ? 'w' : ''}>
      <span>${(q.level === 'warn' || q.level === 'crit') && html`<${Icon} name=${q.level} /><span class="sr">${levelWord(q.level)}</span>`}<${Name} text=${titled(q, id)} /></span>
      <b><span class="sr">${t('queues.waiting')} </span>${q.waiting == null ? '–' : fmt.value.number(q.waiting)}</b>
      <em>${q.oldest_at ? html`<${Timer} since=${q.oldest_at} />` : t('queues.empty')}</em></li>`)}</ul>`
    : html`<p class="none">${t('queues.none')}</p>`}
  </section>`;
}

export function MyDay() {
  const day = agent.value?.day;
  const cell = (label, value) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
  const dur = (ms) => (ms == null ? html`<span class="dash">–</span>` : html`<${Dur} ms=${ms} />`);
  return html`<section class="card day" aria-label=${t('day.title')}>
    <header><h2>${t('day.title')}</h2></header>
    <dl>${cell(t('day.answered'), day ? fmt.value.number(day.answered) : '–')}${cell(t('day.aht'), dur(day?.aht_ms))}
      ${cell(t('day.wrap'), dur(day?.wrap_ms))}${cell(t('day.pause'), day ? t('minutes', { n: Math.round(day.pause_ms / 60_000) }) : '–')}</dl>
  </section>`;
}

/** A due follow-up, said at the bottom without covering a field; the row pushes, it does not float. */
export function DueStrip() {
  const due = Object.values(agent.value?.followups ?? {}).filter((one) => msOf(one.due_at) <= second.value);
  if (!due.length) return null;
  const one = due.sort((a, b) => msOf(a.due_at) - msOf(b.due_at))[0];
  return html`<section class="due-strip" aria-label=${t('followup.title')}><${Icon} name="clock" />
    <p><b><${Name} text=${one.text || t('followup.notext')} /></b>${one.customer && html` · <${Name} text=${typeof one.customer === 'string' ? one.customer : one.customer.name} />`}
      <small>${t('followup.overdue', { time: whenInside(msOf(one.due_at)) })}${due.length > 1 ? ` · ${t('call.more', { n: due.length - 1 })}` : ''}</small></p>
    <button class="btn s" disabled=${!online.value} onClick=${() => followupLater(one.id)}>${t('followup.later')}</button>
    <button class="btn s" disabled=${!online.value} onClick=${() => followupDone(one.id)}><${Icon} name="check" />${t('followup.done')}</button></section>`;
}
