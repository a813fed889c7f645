import { freePort, type PortClaim } from '../../tooling/ports.ts';
import { presentResources } from '../assembly/stack-scope.ts';
import type { ResourceDeclaration, Stack } from '../assembly/template.ts';
import { type Ports, portClaim } from '../settings.ts';
import { constructPath } from './physical-names.ts';
import { type Run, required } from './service.ts';

/** A resource that listens on a port of its own. */
export interface Listener {
  /** Unique among those of its kind; letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** What tells a resource in the templates. */
interface Place {
  readonly stack: Pick<Stack, 'name'>;
  readonly logicalId: string;
}

/**
 * The names and ports of the resources of a kind, the same in each run: consecutive ports from that of the setting on, in the order of
 * the names, in which `part10` comes after `part9`.
 */
export class Listeners {
  readonly #run: Pick<Run, 'stacks'>;
  readonly #setting: keyof Ports;
  readonly #firstPort: number;
  readonly #nameOf: (declaration: ResourceDeclaration) => unknown;
  #seen: readonly Stack[] | undefined;
  #found: ReadonlyMap<string, Listener> = new Map();

  /**
   * @param setting the port of the first; 0 gives all of them 0, any free port
   * @param nameOf the name that a resource has in the template, if that is a text; null for a resource of another kind
   */
  constructor(
    run: Pick<Run, 'stacks' | 'settings'>,
    setting: keyof Ports,
    nameOf: (declaration: ResourceDeclaration) => unknown,
  ) {
    this.#run = run;
    this.#setting = setting;
    this.#firstPort = run.settings.ports[setting];
    this.#nameOf = nameOf;
  }

  /** @throws Error when the templates have no such resource of this kind */
  of(place: Place): Listener {
    return required(this.#byPlace.get(placeOf(place)), `listener for ${placeOf(place)}`);
  }

  /** Replaces each 0 by a free port, so that addresses are known before anything listens. */
  async choosePorts(): Promise<void> {
    const chosen = [...this.#byPlace].map(
      async ([place, { name, port }]) => [place, { name, port: port || (await freePort()) }] as const,
    );
    this.#found = new Map(await Promise.all(chosen));
  }

  claims(): PortClaim[] {
    return [...this.#byPlace.values()].map(({ name, port }) => portClaim(this.#setting, port, name));
  }

  get #byPlace(): ReadonlyMap<string, Listener> {
    const { stacks } = this.#run;
    // Those that listen already keep their ports; what is new comes after them until the next start.
    if (stacks !== this.#seen) this.#found = this.#find(stacks, this.#found);
    this.#seen = stacks;
    return this.#found;
  }

  #find(stacks: readonly Stack[], known: ReadonlyMap<string, Listener>): ReadonlyMap<string, Listener> {
    const found = stacks.flatMap((stack) =>
      presentResources(stack).flatMap(([logicalId, declaration]) => {
        const given = this.#nameOf(declaration);
        if (given === null) return [];
        const name = typeof given === 'string' ? given : constructName(declaration, logicalId);
        return [{ place: placeOf({ stack, logicalId }), name, qualified: `${stack.name}-${name}` }];
      }),
    );
    const isUnique = (name: string) => found.filter((other) => other.name === name).length === 1;
    const named = found
      .map(({ place, name, qualified }) => ({ place, name: slug(isUnique(name) ? name : qualified) }))
      .sort((a, b) => byName(a.name, b.name));
    const portAt = (index: number) => (this.#firstPort === 0 ? 0 : this.#firstPort + index);
    const added = named.filter(({ place }) => !known.has(place));
    return new Map([
      ...known,
      ...added.map(({ place, name }, index) => [place, { name, port: portAt(known.size + index) }] as const),
    ]);
  }
}

/** Compares names as people do: numbers in them by their value. */
export function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function placeOf({ stack, logicalId }: Place): string {
  return `${stack.name}/${logicalId}`;
}

/** The path in the app, without the stack. */
function constructName(declaration: ResourceDeclaration, logicalId: string): string {
  return constructPath({ declaration, logicalId }).replace(/^[^/]*\//, '');
}

function slug(name: string): string {
  return name.replaceAll(/[^\w.-]+/g, '-');
}
