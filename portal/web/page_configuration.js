// page_configuration.js - the configuration as it is in force, without secrets.
// SPDX-License-Identifier: EUPL-1.2

import { get } from './api.js';
import { Alert, Heading, html, Loading, useLoaded } from './parts.js';

export function ConfigurationPage() {
  const { value, error } = useLoaded((background) => get('/api/v1/configuration', { background }), 'configuration', 0);
  return html`<${Heading}>Einstellungen<//>
    ${error && html`<${Alert} look="danger" title=${error} role="alert" />`}
    ${!value && !error && html`<${Loading} />`}
    ${value && html`<p class="kern-body">So gelten sie, seit das Portal läuft. Geändert werden sie in <code class="file-name">${value.file}</code>.</p>
      <pre class="configuration" tabindex="0" role="region" aria-label="Einstellungen">${value.configuration}</pre>`}`;
}
