import type { Log } from '../../tooling/log.ts';
import { bundleSite, type SiteRecipe, siteFolder } from '../../tooling/site-bundle.ts';
import { buildFailureText } from './build-failure.ts';

/** A site that can be built again. */
export interface WatchedSite {
  readonly recipe: SiteRecipe;
  /** What it has been deployed with, by name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Serves it with other files from now on. @returns whether any differs */
  replaceFiles(files: ReadonlyMap<string, Uint8Array>): Promise<boolean>;
}

interface Known {
  readonly site: WatchedSite;
  /** What it is made of, by paths relative to the app's folder. */
  inputs: ReadonlySet<string>;
  /** Whether its sources cannot be built as they are. */
  isBroken: boolean;
}

/**
 * Builds sites again when their sources change, and deploys their files. What cannot be built goes on with its former files, and the log says
 * where the error is.
 */
export class SiteWatcher {
  readonly #folder: string;
  readonly #log: Log;
  #sites: readonly Known[] = [];

  /** @param o.folder of the app, where its sources are */
  constructor(o: { folder: string; sites: Iterable<WatchedSite>; log: Log }) {
    this.#folder = o.folder;
    this.#log = o.log;
    this.follow(o.sites);
  }

  /** Goes on with the sites that are there after a deployment. */
  follow(sites: Iterable<WatchedSite>): void {
    this.#sites = [...sites].map((site) => {
      const former = this.#sites.find((known) => known.site === site);
      return former ?? { site, inputs: inputsOf(site), isBroken: false };
    });
  }

  /** The files that the sites are made of, by their paths below the app's folder, packages included. */
  inputs(): ReadonlySet<string> {
    return new Set(this.#sites.flatMap(({ inputs }) => [...inputs]));
  }

  /** Builds the sites that are made of these files, by their paths below the app's folder. */
  async reload(files: readonly string[]): Promise<void> {
    const affected = this.#sites.filter(({ inputs, isBroken }) => isBroken || files.some((file) => inputs.has(file)));
    await Promise.all(affected.map((known) => this.#rebuild(known)));
  }

  async #rebuild(known: Known): Promise<void> {
    const { site } = known;
    const label = siteFolder(site.recipe);
    const begun = performance.now();
    try {
      const { files, inputs } = await bundleSite(this.#folder, site.recipe);
      known.inputs = new Set(inputs);
      known.isBroken = false;
      if (!(await site.replaceFiles(files))) return;
      this.#log.info(`reloaded ${label} in ${Math.round(performance.now() - begun)} ms; open pages follow`);
    } catch (error) {
      known.isBroken = true;
      this.#log.error(await buildFailureText(error, label, 'files'));
    }
  }
}

/** As its source maps tell, besides what they do not have: what is copied. */
function inputsOf({ recipe, files }: WatchedSite): ReadonlySet<string> {
  const maps = [...files].filter(([name]) => name.endsWith('.map'));
  const sources = maps.flatMap(([, map]) => JSON.parse(Buffer.from(map).toString('utf8')).sources as string[]);
  return new Set([...recipe.entries, ...sources]);
}
