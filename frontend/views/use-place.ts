import { useEffect, useState } from 'preact/hooks';
import { type Place, readPlace, writePlace } from '../place.ts';

/**
 * The page's place, kept in its address.
 *
 * @returns the place, and a function that goes to another; `replace` makes no new entry in the browser's history
 */
export function usePlace(): [Place, (change: Partial<Place>, replace?: boolean) => void] {
  const [place, setPlace] = useState(() => readPlace(location.search));
  useEffect(() => {
    const moved = () => setPlace(readPlace(location.search));
    addEventListener('popstate', moved);
    return () => removeEventListener('popstate', moved);
  }, []);
  const go = (change: Partial<Place>, replace = false) => {
    const next = { ...readPlace(location.search), ...change };
    const address = location.pathname + writePlace(location.search, next) + location.hash;
    if (replace) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    setPlace(next);
  };
  return [place, go];
}
