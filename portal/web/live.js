// live.js - one stream from the portal that tells which things changed, and comes back by itself.
//
// The stream says a number for each topic; another number means: look again. While the page is not
// seen there is no stream; when it is seen again, or the connection comes back, the first event
// tells whether anything was missed.
// SPDX-License-Identifier: EUPL-1.2

import { useEffect, useState } from 'preact/hooks';
import { get } from './api.js';

const AGAIN_MS = [1000, 2000, 5000, 10000];

/** Follows the stream until the returned function is called. */
function follow({ onTopics, onCut, onOver }) {
  let source = null;
  let timer = null;
  let failures = 0;
  let isEnded = false;

  function close() {
    clearTimeout(timer);
    timer = null;
    if (source) source.close();
    source = null;
  }

  /** The browser does not say why a stream ended: asked for the session, the portal does. */
  async function comeBack() {
    close();
    try {
      const session = await get('/api/v1/session', { background: true });
      if (isEnded) return;
      if (session.user === null) {
        onOver();
        return;
      }
    } catch {
      if (isEnded) return;
      onCut();
    }
    timer = setTimeout(open, AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)]);
    failures += 1;
  }

  function open() {
    close();
    if (document.hidden) return;
    source = new EventSource('/api/v1/events');
    source.addEventListener('change', (event) => {
      failures = 0;
      onTopics(JSON.parse(event.data));
    });
    source.addEventListener('error', comeBack);
  }

  /** The browser itself knows that the line is cut; the stream would stand still and say nothing. */
  function lose() {
    close();
    onCut();
  }

  const look = () => (document.hidden ? close() : open());
  document.addEventListener('visibilitychange', look);
  window.addEventListener('online', open);
  window.addEventListener('offline', lose);
  open();
  return () => {
    isEnded = true;
    close();
    document.removeEventListener('visibilitychange', look);
    window.removeEventListener('online', open);
    window.removeEventListener('offline', lose);
  };
}

/** `topics`: a number for each, {} before they are known; `isCut`: the portal does not answer. */
export function useLive(isOn, onOver) {
  const [state, setState] = useState({ topics: {}, isCut: false });
  useEffect(() => {
    if (!isOn) return undefined;
    return follow({
      onTopics: (topics) => setState({ topics, isCut: false }),
      onCut: () => setState((old) => ({ ...old, isCut: true })),
      onOver,
    });
  }, [isOn]);
  return state;
}

/** What a page watches, as one value that is another one after any change; 0 before it is known. */
export function versionOf(topics, names) {
  return names.some((name) => topics[name] !== undefined)
    ? names.map((name) => topics[name]).join('-')
    : 0;
}
