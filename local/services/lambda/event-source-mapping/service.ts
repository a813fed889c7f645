import type { Iam } from '../../iam/service.ts';
import type { Msk } from '../../msk/service.ts';
import { resourceUuid } from '../../physical-names.ts';
import { created, provider, REPLACED, type ResourceProviders } from '../../provider.ts';
import { register } from '../../register.ts';
import { type Run, type Service, stopAll } from '../../service.ts';
import type { Invoke } from '../function-definition.ts';
import type { Lambda } from '../service.ts';
import { EventSourceMapping, type StartPoller } from './mapping.ts';
import { mappingAccess } from './mapping-access.ts';
import { refuseConflicts } from './mapping-conflicts.ts';
import { type EventSourceMappingDefinition, eventSourceMappingOf } from './mapping-definition.ts';
import { eventSourceMappingProperties } from './mapping-properties.ts';
import { objectWriter } from './object-writer.ts';
import { Poller } from './poller.ts';
import { NOT_CONNECTED, SourceProblem } from './problem.ts';

/** What mappings need of other services. */
export interface Collaborators {
  readonly lambda: Pick<Lambda, 'roleOf' | 'invoke' | 'eventSourceMappings'>;
  readonly msk: Pick<Msk, 'connectAs' | 'pollerRefusal'>;
  readonly iam: Pick<Iam, 'principals' | 'evaluator'>;
  readonly endpoint: { readonly url: string };
}

/** Lambda's event source mappings: Kafka consumers that invoke functions. */
export class EventSourceMappings implements Service {
  readonly #run: Pick<Run, 'log'>;
  readonly #services: Collaborators;

  constructor(run: Pick<Run, 'log'>, services: Collaborators) {
    this.#run = run;
    this.#services = services;
  }

  readonly resources: ResourceProviders = {
    'AWS::Lambda::EventSourceMapping': provider(
      'a Kafka consumer that invokes the function',
      eventSourceMappingProperties,
      (properties, request) => {
        const uuid = resourceUuid(request);
        const definition = eventSourceMappingOf(properties, uuid);
        refuseConflicts(
          definition,
          this.mappings.filter((other) => other.uuid !== uuid),
        );
        const mapping = new EventSourceMapping(definition, this.#run.log.child('poller'));
        const remove = register(this.#services.lambda.eventSourceMappings, uuid, mapping);
        return created(uuid, { Id: uuid, EventSourceMappingArn: mapping.arn }, async () => {
          remove();
          await mapping.stop();
        });
      },
      REPLACED,
    ),
  };

  get mappings(): EventSourceMappingDefinition[] {
    return [...this.#services.lambda.eventSourceMappings.values()].map(({ definition }) => definition);
  }

  /** Starts the pollers that do not run yet: all functions and topics exist. */
  async start(): Promise<void> {
    const all = [...this.#services.lambda.eventSourceMappings.values()];
    await Promise.all(all.map((mapping) => mapping.start(this.#startPoller)));
  }

  async stop(): Promise<void> {
    await stopAll(this.#services.lambda.eventSourceMappings.values());
  }

  readonly #startPoller: StartPoller = async (mapping, report) => {
    const { lambda, msk, iam, endpoint } = this.#services;
    const role = lambda.roleOf(mapping.functionArn);
    const { eventSourceArn: clusterArn, consumerGroupId: group } = mapping;
    const connection = await msk.connectAs(role, { clusterArn, group });
    const invoke: Invoke = (...call) => lambda.invoke(...call);
    const requirePermissions = mappingAccess(iam, role, mapping);
    const requireAccess = () => {
      const refusal = msk.pollerRefusal(mapping.eventSourceArn);
      if (refusal !== undefined) throw new SourceProblem(refusal, NOT_CONNECTED);
      requirePermissions();
    };
    const putObject = objectWriter(endpoint.url, iam.principals.issue(role));
    const poller = new Poller({
      mapping,
      ...connection,
      invoke,
      putObject,
      requireAccess,
      report,
      log: this.#run.log.child('poller'),
    });
    await poller.start();
    return poller;
  };
}
