// pages.js - every page of the portal: its address, who has it, which topics it shows, and the file
// it is in. Nothing else is a page: the frame and the browser tests walk this very table.
// SPDX-License-Identifier: EUPL-1.2

/** Who sees documents at all. */
const readers = ['caseworker', 'lead', 'quality', 'registry'];

/** Who has an inbox: the registry's work is clearing. */
const inboxes = ['caseworker', 'lead', 'quality'];
export const deciders = ['caseworker', 'lead', 'registry'];

const documentPattern = /^\/dokument\/([0-9a-f-]{36})$/;
const requestsPattern = /^\/unterlagen\/(.+)$/;
const pagesPattern = /^\/dokument\/([0-9a-f-]{36})\/seiten$/;

/**
 * In the order of the menu; the first that a role may see is its start page. `topics`: what the
 * page shows. A page without a title is none of the menu's; what a `pattern` finds is the props'
 * `id`.
 */
export const pages = [
  {
    path: '/posteingang', pattern: documentPattern, title: 'Posteingang', roles: inboxes, topics: ['documents'],
    load: async () => (await import('./page_inbox.js')).InboxPage,
  },
  {
    path: '/klaerung', title: 'Klärung', roles: deciders, topics: ['documents'],
    load: async () => (await import('./page_clearing.js')).ClearingPage,
  },
  {
    path: '/unterlagen', pattern: requestsPattern, title: 'Unterlagen', roles: ['caseworker', 'lead'], topics: ['documents'],
    load: async () => (await import('./page_requests.js')).RequestsPage,
  },
  {
    path: '/suche', title: 'Suche', roles: readers, topics: [],
    load: async () => (await import('./page_search.js')).SearchPage,
  },
  {
    pattern: documentPattern, roles: ['registry'], topics: ['documents'],
    load: async () => (await import('./page_inbox.js')).InboxPage,
  },
  {
    pattern: pagesPattern, roles: deciders, topics: ['documents'],
    load: async () => (await import('./page_arrange.js')).ArrangePage,
  },
  {
    path: '/scanstelle', title: 'Scanstelle', roles: ['mailroom'], topics: ['scans'],
    load: async () => (await import('./page_scans.js')).ScansPage,
  },
  {
    path: '/qualitaet', title: 'Qualität', roles: ['quality'], topics: ['documents'],
    load: async () => (await import('./page_quality.js')).QualityPage,
  },
  {
    path: '/betrieb', title: 'Betrieb', roles: ['admin'], topics: ['machine', 'scans', 'documents'],
    load: async () => (await import('./page_operations.js')).OperationsPage,
  },
  {
    path: '/scans', title: 'Standorte', roles: ['admin'], topics: ['scans'],
    load: async () => (await import('./page_scans.js')).ScansPage,
  },
  {
    path: '/personen', title: 'Personen', roles: ['admin'], topics: ['people'],
    load: async () => (await import('./page_people.js')).PeoplePage,
  },
  {
    path: '/protokoll', title: 'Protokoll', roles: ['auditor', 'admin'], topics: [],
    load: async () => (await import('./page_audit.js')).AuditPage,
  },
  {
    path: '/rechte', title: 'Rechte', roles: ['admin', 'lead', 'auditor'], topics: ['people'],
    load: async () => (await import('./page_rights.js')).RightsPage,
  },
  {
    path: '/papier', title: 'Papier', roles: ['lead', 'registry', 'auditor'], topics: ['documents'],
    load: async () => (await import('./page_quality.js')).PaperPage,
  },
  {
    path: '/weitergeleitet', title: 'Weitergeleitet', roles: ['lead', 'registry', 'auditor'], topics: ['documents'],
    load: async () => (await import('./page_purge.js')).ForwardingsPage,
  },
  {
    path: '/rueckrufe', title: 'Rückrufe', roles: ['lead', 'registry', 'auditor'], topics: ['documents'],
    load: async () => (await import('./page_recalls.js')).RecallsPage,
  },
  {
    path: '/loeschung', title: 'Löschung', roles: ['lead', 'registry', 'auditor'], topics: ['documents'],
    load: async () => (await import('./page_purge.js')).PurgePage,
  },
  {
    path: '/einstellungen', title: 'Einstellungen', roles: ['admin'], topics: [],
    load: async () => (await import('./page_configuration.js')).ConfigurationPage,
  },
];

export const accountPage = {
  path: '/konto', topics: ['accounts'],
  load: async () => (await import('./page_account.js')).AccountPage,
};
