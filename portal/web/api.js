// api.js - asks the portal's API, and tells apart what a page has to know: the answer, the reason
// why not, and that the session is over.
// SPDX-License-Identifier: EUPL-1.2

export class Refusal extends Error {
  constructor(status, words, answer = {}) {
    super(words);
    this.status = status;
    this.answer = answer; // what else the portal said
  }
}

let onSessionOver = () => {};

/** `listener` is called when a request finds that nobody is logged in any more. */
export function whenSessionIsOver(listener) {
  onSessionOver = listener;
}

const QUIET_MS = 2000; // how long leaving waits for what is on its way
const asked = new Set();
let isLeaving = false; // until somebody logs in

/**
 * Ends the session once what the pages have asked for is there; what they ask for from now on (that a
 * session ended is news, too) is not sent, since they would be refused it.
 */
export async function leave() {
  isLeaving = true;
  const late = new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  await Promise.race([Promise.allSettled([...asked]), late]);
  return post('/api/v1/logout', {}).catch((refusal) => {
    isLeaving = false;
    throw refusal;
  });
}

async function ask(method, path, { body, background = false } = {}) {
  if (method === 'POST') isLeaving = path === '/api/v1/logout';
  if (isLeaving && method === 'GET') throw new Refusal(0, '');
  const headers = { 'X-Posteingang': background ? 'background' : 'person' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const question = fetch(path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: 'same-origin',
    cache: 'no-store',
  });
  asked.add(question);
  let response;
  try {
    response = await question;
  } catch {
    throw new Refusal(0, 'Das Portal antwortet nicht. Ist die Verbindung unterbrochen?');
  } finally {
    asked.delete(question);
  }
  if (response.ok) return response;
  const refused = await response.json().catch(() => ({}));
  const words = refused.error ?? 'Das hat nicht funktioniert.';
  if (response.status === 401 && path !== '/api/v1/login') onSessionOver();
  throw new Refusal(response.status, words, refused);
}

export async function get(path, options) {
  return (await ask('GET', path, options)).json();
}

export async function getText(path, options) {
  return (await ask('GET', path, options)).text();
}

export async function post(path, body) {
  return (await ask('POST', path, { body })).json();
}

/** "/api/x?a=1" with what is empty left out. */
export function address(path, query) {
  const written = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) written.set(name, value);
  const text = written.toString();
  return text === '' ? path : `${path}?${text}`;
}
