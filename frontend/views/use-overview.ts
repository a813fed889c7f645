import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Api, Overview } from '../api.ts';
import { type KnownOrders, NO_ORDERS, withNewest, withOlder } from '../known-orders.ts';
import { Live, type Liveness } from '../live.ts';
import type { Route } from '../route.ts';
import type { Session } from '../session.ts';

const PAGE = 50;
const OLDER = 200;

/** What the page knows, and how to know more. */
export interface PageState {
  /** Of the last response that told something new; undefined before the first. */
  readonly overview: Overview | undefined;
  readonly known: KnownOrders;
  readonly liveness: Liveness;
  /** Why the last request failed; empty when it did not. */
  readonly problem: string;
  /** Whether there is no response yet to what is asked now. */
  readonly isAsking: boolean;
  readonly isLoadingOlder: boolean;
  readonly refresh: () => void;
  readonly loadOlder: () => void;
}

/** Keeps what the page shows up to date. */
export function useOverview(api: Api, route: Pick<Route, 'q' | 'status'>, session: Session | undefined): PageState {
  const [overview, setOverview] = useState<Overview>();
  const [known, setKnown] = useState(NO_ORDERS);
  const [problem, setProblem] = useState('');
  const [isAsking, setAsking] = useState(true);
  const [liveness, setLiveness] = useState<Liveness>('live');
  const [isLoadingOlder, setLoadingOlder] = useState(false);
  const question = useRef(route);
  question.current = route;
  const older = useRef(new AbortController());
  const reader = session?.reader();
  // Not the token, which is renewed now and then.
  const who = reader && `${reader.userId} ${reader.operator}`;

  const live = useMemo(() => {
    const after = () => setLiveness(made.liveness);
    const made: Live = new Live({
      api,
      query: () => ({ q: question.current.q, status: question.current.status, limit: PAGE }),
      mayAsk: () => session === undefined || session.reader() !== undefined,
      isHidden: () => document.hidden,
      received: (fresh) => {
        setProblem('');
        setAsking(false);
        if (fresh !== undefined) {
          setOverview(fresh);
          const { list } = fresh;
          if (list !== undefined) setKnown((before) => withNewest(before, list));
        }
        after();
      },
      failed: (error) => {
        setProblem(error.message);
        after();
      },
    });
    return made;
  }, [api, session]);

  // Another question, or another reader, begins anew, before anybody sees the old response below the new question.
  useLayoutEffect(() => {
    older.current.abort();
    setKnown(NO_ORDERS);
    setAsking(true);
    // The numbers stay while another question is asked, and nothing does for another reader.
    if (session !== undefined && who === undefined) setOverview(undefined);
    setLiveness(live.liveness);
    void live.refresh(true);
    return () => live.stop();
  }, [live, who, route.q, route.status]);

  useEffect(() => {
    const changed = () => {
      setLiveness(live.liveness);
      if (!document.hidden) void live.refresh();
    };
    document.addEventListener('visibilitychange', changed);
    return () => document.removeEventListener('visibilitychange', changed);
  }, [live]);

  const loadOlder = async () => {
    if (known.next === undefined || isLoadingOlder) return;
    setLoadingOlder(true);
    older.current = new AbortController();
    const { signal } = older.current;
    try {
      const page = await api.listOrders({ q: route.q, status: route.status, limit: OLDER, cursor: known.next }, signal);
      if (!signal.aborted) setKnown((before) => withOlder(before, page));
    } catch (error) {
      if (!signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setLoadingOlder(false);
    }
  };

  return {
    overview,
    known,
    liveness,
    problem,
    isAsking,
    isLoadingOlder,
    refresh: () => void live.refresh(),
    loadOlder: () => void loadOlder(),
  };
}
