import type { PortClaim } from '../../../tooling/ports.ts';
import { type Ec2, publicServer } from '../ec2/service.ts';
import type { Lambda } from '../lambda/service.ts';
import { Listeners } from '../listeners.ts';
import type { ResourceProviders } from '../provider.ts';
import { type Run, required, type Service, stopAll } from '../service.ts';
import { apiKeyResources } from './api-keys/resources.ts';
import { UsagePlans } from './api-keys/usage-plans.ts';
import { restApiResources } from './resources.ts';
import { type RunningRestApi, startRestApi } from './rest-api.ts';
import type { RestApiDefinition, RestApiParts } from './rest-api-definition.ts';
import { restApiDefinition } from './rest-api-of-parts.ts';
import { ACCOUNT_RATE } from './throttling/rate.ts';
import { TokenBucket } from './throttling/token-bucket.ts';

const REST_API = 'AWS::ApiGateway::RestApi';
/** With the stage, which local addresses leave out. */
const ADDRESS = /https:\/\/(\w+)\.execute-api\.[\w-]+\.amazonaws\.com(?:\/[\w-]+)?/g;

/** API Gateway: REST APIs, each on a port of its own. */
export class ApiGateway implements Service {
  /** By id: what the resources of each API declare. */
  readonly restApis = new Map<string, RestApiParts>();
  readonly usagePlans = new UsagePlans();
  readonly resources: ResourceProviders;
  readonly #run: Pick<Run, 'settings' | 'log'>;
  readonly #lambda: Pick<Lambda, 'invoke' | 'definitionOf'>;
  readonly #ec2: Pick<Ec2, 'connections'>;
  readonly #listeners: Listeners;
  /** By id of the API. */
  readonly #servers = new Map<string, RunningRestApi>();
  readonly #account = new TokenBucket(ACCOUNT_RATE);

  constructor(
    run: Pick<Run, 'settings' | 'stacks' | 'log'>,
    lambda: Pick<Lambda, 'invoke' | 'definitionOf'>,
    ec2: Pick<Ec2, 'connections'>,
  ) {
    this.#run = run;
    this.#lambda = lambda;
    this.#ec2 = ec2;
    this.#listeners = new Listeners(run, 'api', ({ Type, Properties }) =>
      Type === REST_API ? Properties?.Name : null,
    );
    this.resources = {
      ...restApiResources(this.restApis, (request) => this.#listeners.of(request)),
      ...apiKeyResources(this.usagePlans, run.log.child('api')),
    };
  }

  ports(): PortClaim[] {
    return this.#listeners.claims();
  }

  async open(): Promise<void> {
    await this.#listeners.choosePorts();
  }

  /** Serves each API as its resources are now: those that run are changed at once, the others are started or stopped. */
  async start(): Promise<void> {
    const definitions = [...this.restApis.values()].map((parts) => ({ parts, definition: restApiDefinition(parts) }));
    for (const [id, server] of this.#servers) {
      if (this.restApis.has(id)) continue;
      this.#servers.delete(id);
      await server.stop();
    }
    await Promise.all(definitions.map((each) => this.#serve(each)));
  }

  async stop(): Promise<void> {
    await stopAll(this.#servers.values());
  }

  /** Where a REST API listens. @throws Error when it has not started */
  urlOf(restApiId: string): string {
    return required(this.#servers.get(restApiId), `REST API ${restApiId} that has started`).url;
  }

  /** By name: where each REST API listens. */
  get urls(): ReadonlyMap<string, string> {
    return new Map([...this.restApis.values()].map(({ id, listener }) => [listener.name, this.urlOf(id)]));
  }

  /** A text in which the addresses that AWS gives REST APIs are those of this run. */
  withLocalAddresses(text: string): string {
    return text.replaceAll(ADDRESS, (address, id: string) => {
      const port = this.restApis.get(id)?.listener.port;
      return port ? `http://127.0.0.1:${port}` : address;
    });
  }

  async #serve({ parts, definition }: { parts: RestApiParts; definition: RestApiDefinition }): Promise<void> {
    const running = this.#servers.get(parts.id);
    if (running) return running.change(definition);
    const { connections } = this.#ec2;
    const target = publicServer(`the REST API ${parts.listener.name}`);
    const server = await startRestApi({
      definition,
      port: parts.listener.port,
      functions: {
        invoke: (...call) => this.#lambda.invoke(...call),
        definitionOf: (name) => this.#lambda.definitionOf(name),
      },
      admits: (client) => connections.admits(client, target),
      account: this.#account,
      usagePlans: this.usagePlans,
      log: this.#run.log.child(this.restApis.size === 1 ? 'api' : parts.listener.name),
    });
    connections.assign(server.port, target);
    this.#servers.set(parts.id, server);
  }
}
