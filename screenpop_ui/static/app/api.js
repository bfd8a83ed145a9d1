/**
 * The HTTP calls of the pages. Every answer is `{ok, status, body, code}`; nothing throws, because a
 * lost network is an ordinary state here.
 *
 * @typedef {{ok: boolean, status: number, body: any, code: string, retryAfter?: number}} Answer `retryAfter`: seconds
 */

/** @returns {Promise<Answer>} */
async function call(method, path, body) {
  try {
    const response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
    });
    const text = await response.text();
    let json = null;
    try {
      json = text ? JSON.parse(text) : null;
    } catch {
      json = null;
    }
    const retryAfter = Number(response.headers.get('retry-after')) || 0;
    return { ok: response.ok, status: response.status, body: json, code: json?.error?.code ?? '', retryAfter };
  } catch {
    return { ok: false, status: 0, body: null, code: 'offline' };
  }
}

export const signIn = (user, password) => call('POST', '/api/v1/session', { user, password });
export const signOut = () => call('DELETE', '/api/v1/session');
export const whoAmI = () => call('GET', '/api/v1/session');
export const savePreferences = (changes) => call('PATCH', '/api/v1/session', changes);

/** @param {string} text @param {number} limit */
export async function findCustomers(text, limit) {
  const answer = await call('GET', `/api/v1/customers?q=${encodeURIComponent(text)}&limit=${limit}`);
  const items = Array.isArray(answer.body) ? answer.body : (answer.body?.items ?? []);
  return { ...answer, items };
}

/** Something of the API to be read; whoever is signed out meanwhile is led to the door. @param {string} path */
export async function read(path) {
  const answer = await call('GET', path);
  if (answer.status === 401) location.assign('/sign-in');
  return answer;
}
