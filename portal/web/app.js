// app.js - the portal's frame: who is logged in, which page is shown, and what has changed.
//
// Pages are named by the part of the address behind "#", which is never sent to the server, and
// fetched when they are first shown (pages.js). A stream tells which topics changed; a page loads again when
// one of its topics did. Who is logged out while working logs in over the page, which keeps what
// was typed.
// SPDX-License-Identifier: EUPL-1.2

import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { get, leave, whenSessionIsOver } from './api.js';
import { useLive, versionOf } from './live.js';
import { Alert, Heading, html, Icon, Loading } from './parts.js';
import { LoginPage } from './page_login.js';
import { accountPage, deciders, pages } from './pages.js';
import { roleWords } from './words.js';

const currentPath = () => window.location.hash.slice(1);

function usePath() {
  const [path, setPath] = useState(currentPath());
  useEffect(() => {
    const listen = () => setPath(currentPath());
    window.addEventListener('hashchange', listen);
    return () => window.removeEventListener('hashchange', listen);
  }, []);
  return path;
}

/** Who has yet to get the second factor of their role has nothing but their account. */
const pagesOf = (user) =>
  user.lacks_factor ? [accountPage] : [...pages.filter((page) => page.roles.includes(user.role)), accountPage];

const isStart = (path) => path === '' || path === '/';

/** The page of an address, and the id in it; nothing when this person has no such page. */
function findPage(user, path) {
  const mine = pagesOf(user);
  if (isStart(path) || user.lacks_factor) return { page: mine[0] };
  for (const page of mine) {
    const found = page.pattern ? page.pattern.exec(path) : null;
    if (page.path === path || found) return { page, id: found?.[1] };
  }
  return {};
}

/** How many documents wait for this person; asked again when documents change. */
function useClearing(user, version) {
  const [clearing, setClearing] = useState(0);
  const isAsked = user !== null && !user.lacks_factor && deciders.includes(user.role);
  useEffect(() => {
    if (!isAsked) return;
    get('/api/v1/desk', { background: true }).then(
      (counts) => setClearing(counts.clearing),
      () => {},
    );
  }, [isAsked, version]);
  return isAsked ? clearing : 0;
}

function Menu({ user, path, clearing }) {
  const current = findPage(user, path).page;
  return html`<nav class="menu" aria-label="Hauptmenü">
    ${pagesOf(user).filter((page) => page.title).map(
      (page) => html`<a
        key=${page.path}
        class="menu__link"
        href="#${page.path}"
        aria-current=${page === current ? 'page' : undefined}
      >
        ${page.title}
        ${page.path === '/klaerung' && clearing > 0 && html`<span class="menu__count" title="zu klären">${clearing}</span>`}
      </a>`,
    )}
  </nav>`;
}

function Bar({ session, path, clearing, onLogout }) {
  const { user } = session;
  return html`<header class="bar">
    <div class="bar__inner">
      <a class="bar__brand" href="#/">
        <img src="/assets/icon.svg" alt="" width="32" height="32" />
        <span><strong>Posteingang</strong><small>${session.office}, ${session.authority}</small></span>
      </a>
      ${user && html`<${Menu} user=${user} path=${path} clearing=${clearing} />`}
      ${user &&
      html`<div class="bar__person">
        <${Icon} name="account-circle" />
        <span><a class="bar__account" href="#/konto" title="Mein Konto">${user.name}</a><small>${roleWords(user.role)}${user.site ?? user.team ? ` ${user.site ?? user.team}` : ''}</small></span>
        <button type="button" class="kern-btn kern-btn--tertiary kern-btn--small" onClick=${onLogout}>
          <${Icon} name="logout" /><span class="kern-label kern-label--small">Abmelden</span>
        </button>
      </div>`}
    </div>
  </header>`;
}

/** Fetches the page's own file when it is first shown. */
function Page({ path, session, topics, filter, onFilter, onSession }) {
  const { page, id } = findPage(session.user, path);
  const [loaded, setLoaded] = useState({ page: null, Shown: null });
  useEffect(() => {
    if (page) page.load().then((Shown) => setLoaded({ page, Shown }));
  }, [page]);
  if (!page) return html`<${Heading}>Hier ist nichts<//>`;
  if (loaded.page !== page) return html`<${Loading} />`;
  const version = versionOf(topics, page.topics);
  return html`<${loaded.Shown} key=${page.path ?? page.pattern} id=${id} session=${session} version=${version} topics=${topics} filter=${filter} onFilter=${onFilter} onSession=${onSession} />`;
}

function Portal({ start }) {
  const path = usePath();
  const [session, setSession] = useState(start);
  // Who works on the page that is shown; stays while they log in again.
  const [owner, setOwner] = useState(start.user);
  const [notice, setNotice] = useState(null);
  const [filter, setFilter] = useState({ state: 'clearing', site: '' });
  const { topics, isCut } = useLive(session.user !== null && !session.user.lacks_factor, endSession);
  const clearing = useClearing(session.user, topics.documents);

  function endSession() {
    setNotice('Sie wurden abgemeldet. Bitte melden Sie sich wieder an; was Sie geschrieben haben, bleibt.');
    setSession((old) => ({ ...old, user: null }));
  }

  useEffect(() => whenSessionIsOver(endSession), []);

  function logIn(opened) {
    setNotice(null);
    setSession(opened);
    setOwner(opened.user);
  }

  async function readSession() {
    setSession(await get('/api/v1/session', { background: true }));
  }

  async function logOut() {
    setSession(await leave());
    setOwner(null);
    setNotice('Sie sind abgemeldet.');
    window.location.hash = '#/';
  }

  const isIn = session.user !== null;
  const shown = isIn ? session : { ...session, user: owner };
  return html`${isIn && html`<a class="skip" href="#content" onClick=${skipToContent}>Zum Inhalt</a>`}
    <${Bar} session=${session} path=${path} clearing=${clearing} onLogout=${logOut} />
    ${!isIn && html`<${LoginPage} office="${session.office}, ${session.authority}" notice=${notice} onLogin=${logIn} />`}
    ${owner &&
    html`<main class="content" id=${isIn ? 'content' : undefined} tabindex="-1" key=${owner.name} hidden=${!isIn}>
      ${isCut && html`<${Alert} look="warning" title="Das Portal antwortet nicht. Was Sie sehen, kann veraltet sein; es geht von selbst weiter." role="status" />`}
      <${Page} path=${path} session=${shown} topics=${topics} filter=${filter} onFilter=${setFilter} onSession=${readSession} />
    </main>`}`;
}

/** The part behind "#" is taken by the pages, so the jump is made by hand. */
function skipToContent(event) {
  event.preventDefault();
  document.getElementById('content').focus();
}

render(html`<${Portal} start=${await get('/api/v1/session')} />`, document.getElementById('portal'));
