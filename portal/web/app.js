// app.js - the portal's frame: who is logged in, which page is shown, and whether to look again.
//
// Pages are named by the part of the address behind "#", which is never sent to the server. Every
// two seconds a small question tells whether anything has changed; pages load again only then.
// SPDX-License-Identifier: EUPL-1.2

import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { get, post, whenSessionIsOver } from './api.js';
import { Alert, Heading, html, Icon } from './parts.js';
import { DocumentPage } from './page_document.js';
import { InboxPage } from './page_inbox.js';
import { LoginPage } from './page_login.js';
import { OperationsPage } from './page_operations.js';
import { ScansPage } from './page_scans.js';
import { roleWords } from './words.js';

const LOOK_AGAIN_MS = 2000;

/** Who sees documents at all. */
const readers = ['caseworker', 'lead', 'quality', 'registry'];

/** In the order of the menu; the first that a role may see is its start page. */
const pages = [
  { path: '/posteingang', title: 'Posteingang', roles: readers, Page: InboxPage },
  { path: '/betrieb', title: 'Betrieb', roles: ['admin'], Page: OperationsPage },
  { path: '/scanstelle', title: 'Scanstelle', roles: ['mailroom', 'admin'], Page: ScansPage },
];

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

/** Asks for the version of everything as long as somebody is logged in and the page is seen. */
function useVersion(isOn) {
  const [state, setState] = useState({ version: 0, clearing: null, isCut: false });
  useEffect(() => {
    if (!isOn) return undefined;
    const look = async () => {
      if (document.hidden) return;
      try {
        const { version, clearing } = await get('/api/v1/changes', { background: true });
        setState({ version, clearing, isCut: false });
      } catch (refusal) {
        if (refusal.status !== 401) setState((old) => ({ ...old, isCut: true }));
      }
    };
    look();
    const timer = setInterval(look, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [isOn]);
  return state;
}

const pagesOf = (user) => pages.filter((page) => page.roles.includes(user.role));

const isStart = (path) => path === '' || path === '/';

function Menu({ user, path, clearing }) {
  const mine = pagesOf(user);
  const isCurrent = (page) => path === page.path || (isStart(path) && page === mine[0]);
  return html`<nav class="menu" aria-label="Hauptmenü">
    ${mine.map(
      (page) => html`<a
        key=${page.path}
        class="menu__link"
        href="#${page.path}"
        aria-current=${isCurrent(page) ? 'page' : undefined}
      >
        ${page.title}
        ${page.path === '/posteingang' && clearing > 0 && html`<span class="menu__count" title="zu klären">${clearing}</span>`}
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
        <span><strong>${user.name}</strong><small>${roleWords(user.role)}${user.site ?? user.team ? ` ${user.site ?? user.team}` : ''}</small></span>
        <button type="button" class="kern-btn kern-btn--tertiary kern-btn--small" onClick=${onLogout}>
          <${Icon} name="logout" /><span class="kern-label kern-label--small">Abmelden</span>
        </button>
      </div>`}
    </div>
  </header>`;
}

function Page({ path, session, version, filter, onFilter }) {
  const open = /^\/dokument\/([0-9a-f-]{36})$/.exec(path);
  if (open && readers.includes(session.user.role)) {
    return html`<${DocumentPage} key=${open[1]} id=${open[1]} session=${session} version=${version} />`;
  }
  const mine = pagesOf(session.user);
  const page = isStart(path) ? mine[0] : mine.find((each) => each.path === path);
  if (!page) return html`<${Heading}>Hier ist nichts<//>`;
  return html`<${page.Page} key=${page.path} session=${session} version=${version} filter=${filter} onFilter=${onFilter} />`;
}

function Portal({ start }) {
  const path = usePath();
  const [session, setSession] = useState(start);
  const [notice, setNotice] = useState(null);
  const [filter, setFilter] = useState({ state: 'clearing', site: '' });
  const { version, clearing, isCut } = useVersion(session.user !== null);

  useEffect(() => {
    whenSessionIsOver(() => {
      setNotice('Sie wurden abgemeldet. Bitte melden Sie sich wieder an.');
      setSession((old) => ({ ...old, user: null }));
    });
  }, []);

  function logIn(opened) {
    setNotice(null);
    setSession(opened);
  }

  async function logOut() {
    setSession(await post('/api/v1/logout', {}));
    setNotice('Sie sind abgemeldet.');
    window.location.hash = '#/';
  }

  if (session.user === null) {
    return html`<${Bar} session=${session} path=${path} />
      <${LoginPage} office="${session.office}, ${session.authority}" notice=${notice} onLogin=${logIn} />`;
  }
  return html`<a class="skip" href="#content" onClick=${skipToContent}>Zum Inhalt</a>
    <${Bar} session=${session} path=${path} clearing=${clearing} onLogout=${logOut} />
    <main class="content" id="content" tabindex="-1">
      ${isCut && html`<${Alert} look="warning" title="Das Portal antwortet nicht. Was Sie sehen, kann veraltet sein." role="status" />`}
      <${Page} path=${path} session=${session} version=${version} filter=${filter} onFilter=${setFilter} />
    </main>`;
}

/** The part behind "#" is taken by the pages, so the jump is made by hand. */
function skipToContent(event) {
  event.preventDefault();
  document.getElementById('content').focus();
}

render(html`<${Portal} start=${await get('/api/v1/session')} />`, document.getElementById('portal'));
