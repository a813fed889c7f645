/** What the page's address says: the orders that are listed, and the one that is open. */
export interface Route {
  readonly q: string;
  readonly status: string;
  /** An order's id; empty when none is open. */
  readonly order: string;
}

const NAMES = ['q', 'status', 'order'] as const;

/** @param search the address's query */
export function readRoute(search: string): Route {
  const query = new URLSearchParams(search);
  const [q = '', status = '', order = ''] = NAMES.map((name) => query.get(name) ?? '');
  return { q, status: ['created', 'confirmed'].includes(status) ? status : '', order };
}

/** The query of a route, with the address's other parameters. */
export function writeRoute(search: string, route: Route): string {
  const query = new URLSearchParams(search);
  for (const name of NAMES) {
    if (route[name] === '') query.delete(name);
    else query.set(name, route[name]);
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
