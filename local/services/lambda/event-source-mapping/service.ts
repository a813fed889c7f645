import { arnOf } from '../../../aws-identity.ts';
import type { Msk } from '../../msk/service.ts';
import { resourceUuid } from '../../physical-names.ts';
import { created, provider, type ResourceProviders } from '../../provider.ts';
import { type Run, type Service, stopAll } from '../../service.ts';
import type { Invoke } from '../function-definition.ts';
import type { Lambda } from '../service.ts';
import {
  type EventSourceMappingDefinition,
  eventSourceMappingOf,
  eventSourceMappingProperties,
} from './mapping-definition.ts';
import { Poller } from './poller.ts';

/** Lambda's event source mappings: Kafka consumers that invoke functions. */
export class EventSourceMappings implements Service {
  readonly mappings: EventSourceMappingDefinition[] = [];
  readonly #run: Pick<Run, 'log'>;
  readonly #lambda: Pick<Lambda, 'roleOf' | 'invoke'>;
  readonly #msk: Pick<Msk, 'connectAs'>;
  readonly #pollers: Poller[] = [];

  constructor(run: Pick<Run, 'log'>, lambda: Pick<Lambda, 'roleOf' | 'invoke'>, msk: Pick<Msk, 'connectAs'>) {
    this.#run = run;
    this.#lambda = lambda;
    this.#msk = msk;
  }

  readonly resources: ResourceProviders = {
    'AWS::Lambda::EventSourceMapping': provider(
      'a Kafka consumer that invokes the function',
      eventSourceMappingProperties,
      (mapping, request) => {
        const uuid = resourceUuid(request);
        const definition = eventSourceMappingOf(mapping, uuid);
        if (definition) this.mappings.push(definition);
        return created(uuid, { Id: uuid, EventSourceMappingArn: arnOf('lambda', `event-source-mapping:${uuid}`) });
      },
    ),
  };

  /** Starts the pollers: all functions and topics exist. */
  async start(): Promise<void> {
    await Promise.all(this.mappings.map((mapping) => this.#poll(mapping)));
  }

  async stop(): Promise<void> {
    await stopAll(this.#pollers);
  }

  async #poll(mapping: EventSourceMappingDefinition): Promise<void> {
    const log = this.#run.log.child('poller');
    const role = this.#lambda.roleOf(mapping.functionArn);
    const connection = await this.#msk.connectAs(role, mapping.eventSourceArn);
    const invoke: Invoke = (...call) => this.#lambda.invoke(...call);
    const poller = new Poller({ mapping, ...connection, invoke, log });
    // Before it starts: the run may be stopped meanwhile.
    this.#pollers.push(poller);
    await poller.start();
  }
}
