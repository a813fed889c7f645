import { createApi } from './api.ts';
import { byId } from './dom.ts';
import { createOrderForm } from './order-form.ts';
import { createOrderList } from './order-list.ts';
import { repeatWhileVisible } from './poll.ts';
import { loadSettings } from './settings.ts';
import { createStatus } from './status.ts';

// The health check works on every part of the system: often enough to see, rare enough not to weigh.
const HEALTH_PAUSE_MS = 10_000;

async function start(): Promise<void> {
  // Relative to the page, so that the page also works below a bucket's path.
  const settings = await loadSettings(new URL('config.json', document.baseURI));
  const api = createApi(settings.apiBaseUrl);
  createOrderForm(api, createOrderList(api, settings.shards));
  repeatWhileVisible(createStatus(api), HEALTH_PAUSE_MS);
}

start().catch((error: unknown) => {
  document.body.dataset.state = 'broken';
  const notice = byId('notice', HTMLParagraphElement);
  notice.lastElementChild?.append(error instanceof Error ? error.message : String(error));
  notice.hidden = false;
});
