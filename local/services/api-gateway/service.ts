import type { PortClaim } from '../../../tooling/ports.ts';
import type { RunningServer } from '../../http/http-server.ts';
import { portClaim } from '../../settings.ts';
import type { Lambda } from '../lambda/service.ts';
import { only, type Run, type Service } from '../service.ts';
import { restApiDefinition, restApiResources } from './resources.ts';
import { startRestApi } from './rest-api.ts';
import type { RestApiParts } from './rest-api-definition.ts';

/** API Gateway: the REST API. */
export class ApiGateway implements Service {
  /** By id: what the resources of each API declare. */
  readonly restApis = new Map<string, RestApiParts>();
  readonly resources = restApiResources(this.restApis);
  readonly #run: Pick<Run, 'settings' | 'log'>;
  readonly #lambda: Pick<Lambda, 'invoke'>;
  #server: RunningServer | undefined;

  constructor(run: Pick<Run, 'settings' | 'log'>, lambda: Pick<Lambda, 'invoke'>) {
    this.#run = run;
    this.#lambda = lambda;
  }

  ports(): PortClaim[] {
    return [portClaim('api', this.#run.settings.ports.api)];
  }

  /** @throws UserError unless the templates have exactly one REST API */
  async start(): Promise<void> {
    this.#server = await startRestApi({
      definition: restApiDefinition(only('REST API', this.restApis.values())),
      port: this.#run.settings.ports.api,
      invoke: (...call) => this.#lambda.invoke(...call),
      log: this.#run.log.child('api'),
    });
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  /** Where the REST API listens. */
  get url(): string {
    if (!this.#server) throw new Error('the REST API has not started');
    return this.#server.url;
  }
}
