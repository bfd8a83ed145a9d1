/** The list of calls: every call, newest first, by day, queue, agent, outcome and person. */
import { html } from '../lib.js';
import { t } from '../prefs.js';
import { Office, open } from '../office.js';
import { loadNames } from '../names.js';
import { Bar } from './bar.js';
import { List } from './list.js';
import { beginList, filters, meet } from './model.js';

function Calls() {
  return html`<${Office} page="calls" title=${t('calls.title')}>
    <main class="page" tabindex="0"><h1 class="sr">${t('calls.title')}</h1><${Bar} /><${List} /></main>
  <//>`;
}

await open(Calls, () => t('calls.title'));
loadNames();
beginList();
if (filters.value.customer) meet([{ customer_id: Number(filters.value.customer) }]);
