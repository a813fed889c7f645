import { useEffect, useState } from 'preact/hooks';
import { type Route, readRoute, writeRoute } from '../route.ts';

/**
 * The page's route, kept in its address.
 *
 * @returns the route, and a function that goes to another; `replace` makes no new entry in the browser's history
 */
export function useRoute(): [Route, (change: Partial<Route>, replace?: boolean) => void] {
  const [route, setRoute] = useState(() => readRoute(location.search));
  useEffect(() => {
    const moved = () => setRoute(readRoute(location.search));
    addEventListener('popstate', moved);
    return () => removeEventListener('popstate', moved);
  }, []);
  const go = (change: Partial<Route>, replace = false) => {
    const next = { ...readRoute(location.search), ...change };
    const address = location.pathname + writeRoute(location.search, next) + location.hash;
    if (replace) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    setRoute(next);
  };
  return [route, go];
}
