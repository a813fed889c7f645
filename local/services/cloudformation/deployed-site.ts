import { SITE_METADATA, type SiteRecipe, siteRecipe } from '../../../tooling/site-bundle.ts';
import type { ResourceDeclaration } from '../../assembly/template.ts';

/** Files in a bucket that the app builds by a recipe. */
export class DeployedSite {
  readonly recipe: SiteRecipe;
  #files: ReadonlyMap<string, Uint8Array>;
  readonly #put: (name: string, contents: Uint8Array) => Promise<void>;
  readonly #remove: (names: readonly string[]) => Promise<void>;

  /** @param files that it has been deployed with, by name */
  constructor(
    recipe: SiteRecipe,
    files: ReadonlyMap<string, Uint8Array>,
    bucket: {
      put(name: string, contents: Uint8Array): Promise<void>;
      remove(names: readonly string[]): Promise<void>;
    },
  ) {
    this.recipe = recipe;
    this.#files = files;
    this.#put = (...object) => bucket.put(...object);
    this.#remove = (names) => bucket.remove(names);
  }

  get files(): ReadonlyMap<string, Uint8Array> {
    return this.#files;
  }

  /**
   * Replaces its files in the bucket. The page comes last: it names the version, so that who reads it finds the other files.
   *
   * @returns whether any differs
   */
  async replaceFiles(files: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
    const { page } = this.recipe;
    const changed = [...files].filter(([name, contents]) => !isSame(this.#files.get(name), contents));
    const removed = [...this.#files.keys()].filter((name) => !files.has(name));
    changed.sort(([a], [b]) => Number(a === page) - Number(b === page));
    for (const [name, contents] of changed) await this.#put(name, contents);
    if (removed.length > 0) await this.#remove(removed);
    this.#files = files;
    return changed.length + removed.length > 0;
  }
}

/** How the app builds the first source of a bucket deployment, if its template tells. @throws ZodError when it tells it wrongly */
export function siteRecipeOf({ Metadata }: ResourceDeclaration): SiteRecipe | undefined {
  return siteRecipe.optional().parse(Metadata?.[SITE_METADATA]);
}

function isSame(former: Uint8Array | undefined, contents: Uint8Array): boolean {
  return former !== undefined && Buffer.compare(former, contents) === 0;
}
