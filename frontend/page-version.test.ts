import { afterEach, describe, expect, it, vi } from 'vitest';
import { isOutdated, whenOutdated } from './page-version.tsx';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const page = (version: string) => `<head><meta name="version" content="${version}" /></head>`;

describe('a page is outdated', () => {
  it.each([
    ['when another version is served', () => new Response(page('2')), true],
    ['not while its own version is', () => new Response(page('1')), false],
    ['not when something else is served', () => new Response('<h1>Soon</h1>'), false],
    ['not when its server fails', () => new Response(page('2'), { status: 502 }), false],
    ['not when its server does not respond', () => Promise.reject(new TypeError('fetch failed')), false],
  ])('%s', async (_, respond, expected) => {
    vi.stubGlobal('fetch', async () => respond());
    expect(await isOutdated('1', 'http://localhost/index.html')).toBe(expected);
  });
});

it('a page asks after each pause while somebody sees it, until it is outdated', async () => {
  vi.useFakeTimers();
  const answers = [false, true];
  const isHidden = vi.fn(() => false).mockReturnValueOnce(true);
  const asked = vi.fn(async () => answers.shift() ?? false);
  const outdated = vi.fn();
  whenOutdated({ isOutdated: asked, isHidden, pauseMs: 1_000, outdated });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(outdated).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([asked.mock.calls.length, outdated.mock.calls.length]).toEqual([2, 1]);
});
