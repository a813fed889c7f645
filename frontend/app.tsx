import { render } from 'preact';
import { createApi } from './api.ts';
import { openSession } from './open-session.tsx';
import { followVersion } from './page-version.tsx';
import { loadSettings } from './settings.ts';
import { takeFromFragment } from './token-text.ts';
import { Dashboard } from './views/dashboard.tsx';

const root = document.getElementById('app') as HTMLElement;

async function start(): Promise<void> {
  const handed = takeFromFragment();
  // Relative to the page, so that the page also works below a bucket's path.
  const settings = await loadSettings(new URL('config.json', document.baseURI));
  if (settings.tokens !== undefined) return openSession(settings, settings.tokens, handed, root);
  addEventListener('hashchange', takeFromFragment);
  render(<Dashboard api={createApi(settings.apiBaseUrl)} shards={settings.shards} />, root);
}

followVersion(document.getElementById('news') as HTMLElement);
start().catch((error: unknown) => {
  const sentence = error instanceof Error ? error.message : String(error);
  render(
    <p class="notice" role="alert">
      <strong>The dashboard cannot start.</strong> {sentence}
    </p>,
    root,
  );
});
