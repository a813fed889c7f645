import { render } from 'preact';

/** On the machine that serves the page, somebody works on it: it follows at once. */
const LOCAL_PAUSE_MS = 1_000;
const PAUSE_MS = 5 * 60_000;
const TIMEOUT_MS = 10_000;
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/** Notices when another version of this page is served: reloads on the machine that serves it, and offers to do so elsewhere. */
export function followVersion(news: HTMLElement): void {
  const own = document.querySelector<HTMLMetaElement>('meta[name=version]')?.content ?? '';
  const isLocal = LOCAL_HOSTS.includes(location.hostname);
  whenOutdated({
    isOutdated: () => isOutdated(own, new URL('index.html', document.baseURI)),
    isHidden: () => document.hidden,
    pauseMs: isLocal ? LOCAL_PAUSE_MS : PAUSE_MS,
    outdated: isLocal ? () => location.reload() : () => render(<NewVersion />, news),
  });
}

function NewVersion() {
  return (
    <p class="notice" role="status">
      There is a new version of this page.{' '}
      <button type="button" onClick={() => location.reload()}>
        Reload
      </button>
    </p>
  );
}

export interface VersionQuestion {
  readonly isOutdated: () => Promise<boolean>;
  readonly isHidden: () => boolean;
  readonly pauseMs: number;
  /** Called once. */
  readonly outdated: () => void;
}

/** Asks again after each pause, but for a page that nobody sees, until the answer is yes. */
export function whenOutdated(question: VersionQuestion): void {
  const { isOutdated, isHidden, pauseMs, outdated } = question;
  setTimeout(async () => {
    if (!isHidden() && (await isOutdated())) outdated();
    else whenOutdated(question);
  }, pauseMs);
}

/**
 * Whether a page is served that names another version than this one. Nothing is known of a server that does not respond, or responds with
 * something else.
 *
 * @param own what `<meta name="version">` of this page has
 */
export async function isOutdated(own: string, page: string | URL): Promise<boolean> {
  try {
    const response = await fetch(page, { cache: 'no-cache', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const [, served] = /<meta name="version" content="([^"]+)"/.exec(await response.text()) ?? [];
    return response.ok && served !== undefined && served !== own;
  } catch {
    return false; // the next answer tells
  }
}
