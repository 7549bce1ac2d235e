// upload.js - files on their way to the portal, each until it is durable there.
//
// Every file gets the id of its scan before its first byte is sent. A lost connection, or a portal
// that restarts, is waited for, and the file sent again with the same id: it is taken over once,
// however often that happens.
// SPDX-License-Identifier: EUPL-1.2

import { useEffect, useRef, useState } from 'preact/hooks';
import { address } from './api.js';

const AGAIN_MS = [1000, 2000, 5000, 10000];

/** A UUID of version 7: the time in milliseconds, then random bits. */
export function newScanId(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 256 ** (5 - i)) % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Sends once. Resolves with the status (0: no connection) and what was answered. */
function send(item, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('POST', address('/api/v1/scans', { id: item.id, name: item.name }));
    request.setRequestHeader('X-Posteingang', 'person');
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener('loadend', () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // a web server before the portal, or nothing at all
      }
      resolve({ status: request.status, answer });
    });
    request.send(item.file);
  });
}

const isForNow = (status) => status === 0 || status === 429 || status >= 500;

/**
 * `items`: {id, name, size, state: waiting|sending|paused|done|refused, share, error, result}, in
 * the order they were added; `add` takes a FileList, `clear` forgets what is done.
 */
export function useUploads(onDone) {
  const [items, setItems] = useState([]);
  const queue = useRef([]);
  const isRunning = useRef(false);
  const failures = useRef(0);

  const change = (id, part) =>
    setItems((old) => old.map((item) => (item.id === id ? { ...item, ...part } : item)));

  async function sendFirst() {
    const item = queue.current[0];
    change(item.id, { state: 'sending', error: null });
    const { status, answer } = await send(item, (share) => change(item.id, { share }));
    if (isForNow(status)) {
      const wait = AGAIN_MS[Math.min(failures.current, AGAIN_MS.length - 1)];
      failures.current += 1;
      const words = answer.error ?? 'Die Verbindung ist unterbrochen.';
      change(item.id, { state: 'paused', share: 0, error: `${words} Es geht von selbst weiter.` });
      await new Promise((resolve) => { setTimeout(resolve, wait); });
      return;
    }
    failures.current = 0;
    queue.current.shift();
    const isDone = status === 201;
    change(item.id, {
      state: isDone ? 'done' : 'refused',
      error: isDone ? null : answer.error ?? 'Die Datei wurde nicht angenommen.',
      result: answer.result ?? null,
      share: 1,
    });
    onDone();
  }

  async function run() {
    if (isRunning.current) return;
    isRunning.current = true;
    while (queue.current.length > 0) await sendFirst(); // one after the other
    isRunning.current = false;
  }

  function add(files) {
    const added = Array.from(files, (file) => ({
      id: newScanId(), name: file.name, size: file.size, file, state: 'waiting', share: 0,
      error: null, result: null,
    }));
    queue.current.push(...added);
    setItems((old) => [...old, ...added]);
    run();
  }

  const isOpen = items.some((item) => ['waiting', 'sending', 'paused'].includes(item.state));
  useEffect(() => {
    if (!isOpen) return undefined;
    const warn = (event) => event.preventDefault(); // the browser asks before it leaves
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [isOpen]);

  const clear = () => setItems((old) => old.filter((item) => !['done', 'refused'].includes(item.state)));
  return { items, add, clear, isOpen };
}
