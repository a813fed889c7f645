import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { EventSourceMappingDefinition } from '../../local/services/lambda/event-source-mapping/mapping-definition.ts';
import type { Log } from '../../tooling/log.ts';
import { LocalStackApp } from '../assembly/app.ts';

export interface SourcedMapping {
  readonly mapping: EventSourceMappingDefinition;
  /** `host:port,host:port` */
  readonly bootstrapServers: string;
}

/** Reads the mappings of a cloud assembly whenever that has been replaced. */
export class AssemblyWatch {
  readonly #dir: string;
  readonly #log: Log;
  #read: string | undefined;
  #problem: { readonly reason: string; looks: number } | undefined;

  constructor(dir: string, log: Log) {
    this.#dir = dir;
    this.#log = log;
  }

  /**
   * The mappings; undefined when nothing has changed since the last look, or they cannot be read. The latter is logged at the
   * second look in a row: the assembly may just be being replaced.
   */
  look(): SourcedMapping[] | undefined {
    try {
      const version = this.#version();
      if (version !== undefined && version === this.#read) return undefined;
      const { bootstrapBrokers: bootstrapServers, eventSourceMappings } = new LocalStackApp(this.#dir);
      const mappings = eventSourceMappings.map((mapping) => ({ mapping, bootstrapServers }));
      this.#read = version;
      this.#problem = undefined;
      return mappings;
    } catch (error) {
      this.#complain((error as Error).message);
      return undefined;
    }
  }

  /** The CDK writes the manifest last. */
  #version(): string | undefined {
    const manifest = statSync(join(this.#dir, 'manifest.json'), { throwIfNoEntry: false });
    return manifest && `${manifest.ino} ${manifest.mtimeMs} ${manifest.size}`;
  }

  #complain(reason: string): void {
    if (this.#problem?.reason !== reason) this.#problem = { reason, looks: 0 };
    this.#problem.looks += 1;
    if (this.#problem.looks === 2) this.#log.warn('waiting for a cloud assembly: %s', reason);
  }
}
